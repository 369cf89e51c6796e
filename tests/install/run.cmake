# SPDX-License-Identifier: BSD-3-Clause
# Installs the build into an empty prefix, moves it, and builds and runs the consumer against it.
# cmake -D BINARY_DIR=... -D SOURCE_DIR=... -D WORK_DIR=... -D CXX=... -D CXX_FLAGS=... -D BUILD_TYPE=...
#       -D VERSION=... -P run.cmake

function(run)
  execute_process(COMMAND ${ARGV} OUTPUT_VARIABLE output ERROR_VARIABLE output
                  RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    list(JOIN ARGV " " command)
    message(FATAL_ERROR "${command}\nended in ${result}:\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${WORK_DIR})
run(${CMAKE_COMMAND} --install ${BINARY_DIR} --prefix ${WORK_DIR}/first)
file(RENAME ${WORK_DIR}/first ${WORK_DIR}/prefix)

file(GLOB_RECURSE installed ${WORK_DIR}/prefix/*.cmake ${WORK_DIR}/prefix/*.hpp)
foreach(file IN LISTS installed)
  file(READ ${file} text)
  foreach(place ${SOURCE_DIR} ${WORK_DIR})
    string(FIND "${text}" "${place}" found)
    if(NOT found EQUAL -1)
      message(FATAL_ERROR "${file} names ${place}, which its user does not have")
    endif()
  endforeach()
endforeach()

run(${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR} -B ${WORK_DIR}/build
    -D CMAKE_PREFIX_PATH=${WORK_DIR}/prefix -D CMAKE_CXX_COMPILER=${CXX}
    -D CMAKE_CXX_FLAGS=${CXX_FLAGS} -D CMAKE_BUILD_TYPE=${BUILD_TYPE})
run(${CMAKE_COMMAND} --build ${WORK_DIR}/build)
run(${WORK_DIR}/build/consumer)
if(NOT output MATCHES "^infomax ${VERSION} on .")
  message(FATAL_ERROR "the consumer said: ${output}")
endif()

if(EXISTS ${BINARY_DIR}/infomax)
  run(${WORK_DIR}/prefix/bin/infomax --help)
  foreach(page bash-completion/completions/infomax zsh/site-functions/_infomax
          fish/vendor_completions.d/infomax.fish man/man1/infomax.1 man/man1/infomax-train.1)
    if(NOT EXISTS ${WORK_DIR}/prefix/share/${page})
      message(FATAL_ERROR "share/${page} is not installed")
    endif()
  endforeach()
endif()
list(LENGTH installed count)
message("${count} headers and CMake files installed; ${output}")
