# SPDX-License-Identifier: BSD-3-Clause
# cmake -D BINARY_DIR=DIR -D HEADERS=LIST -P headers.cmake: compiles each public header alone, and holds
# that every header of the list has been compiled.
execute_process(COMMAND ${CMAKE_COMMAND} --build ${BINARY_DIR} --target all_verify_interface_header_sets
  --parallel 2 RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "a public header does not compile alone")
endif()
set(objects ${BINARY_DIR}/CMakeFiles/infomax_verify_interface_header_sets.dir)
file(GLOB_RECURSE built RELATIVE ${objects} ${objects}/*.o)
set(count 0)
foreach(header IN LISTS HEADERS)
  if(NOT "${built}" MATCHES "/${header}\\.")
    message(FATAL_ERROR "${header} was not compiled")
  endif()
  math(EXPR count "${count} + 1")
endforeach()
if(count EQUAL 0)
  message(FATAL_ERROR "there are no public headers")
endif()
message("${count} public headers compile alone")
