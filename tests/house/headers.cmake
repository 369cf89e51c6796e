# SPDX-License-Identifier: BSD-3-Clause
# cmake -D EXPECTED=count -D OBJECTS=files -P headers.cmake: one object for each public header.
list(LENGTH OBJECTS built)
foreach(object IN LISTS OBJECTS)
  if(NOT EXISTS ${object})
    message(FATAL_ERROR "${object} was not built")
  endif()
endforeach()
if(NOT built EQUAL EXPECTED OR built EQUAL 0)
  message(FATAL_ERROR "${built} of ${EXPECTED} public headers compile alone")
endif()
message("${built} public headers compile alone")
