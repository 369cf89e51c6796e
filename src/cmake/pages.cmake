# SPDX-License-Identifier: BSD-3-Clause
# cmake -D PROGRAM=FILE -D OUTPUT=DIR -P pages.cmake: writes completion for shells and manual pages, by the
# program. Where it cannot run, a warning says so and nothing is written.
file(REMOVE_RECURSE ${OUTPUT})
file(MAKE_DIRECTORY ${OUTPUT}/man1)

function(write_page file)
  execute_process(COMMAND ${PROGRAM} ${ARGN} OUTPUT_VARIABLE text ERROR_VARIABLE problem
                  RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    message(WARNING "no completion and no manual pages: ${PROGRAM} ended in ${result} ${problem}")
  elseif(file)
    file(WRITE ${OUTPUT}/${file} "${text}")
  endif()
endfunction()

write_page(infomax completion bash)
write_page(_infomax completion zsh)
write_page(infomax.fish completion fish)
write_page("" manual --directory ${OUTPUT}/man1)
