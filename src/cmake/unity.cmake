# SPDX-License-Identifier: BSD-3-Clause
# infomax_unity(TARGET SOURCES): compiles the target's files some at a time, where INFOMAX_UNITY is ON. Most
# of a file's time goes into reading headers and into templates of fmt and nlohmann/json, which a group of
# files pays for once. Groups follow the order of the sources, so that files of a module come together;
# names in anonymous namespaces must therefore differ within a module. Files with options of their own,
# and those that set SKIP_UNITY_BUILD_INCLUSION, are compiled alone.
set(INFOMAX_UNITY_BYTES 90000 CACHE STRING "Bytes of source that are compiled at once, about")
mark_as_advanced(INFOMAX_UNITY_BYTES)

function(infomax_unity target)
  if(NOT INFOMAX_UNITY)
    return()
  endif()
  set(total 0)
  set(grouped)
  get_target_property(sources ${target} SOURCES)
  foreach(source IN LISTS sources)
    get_source_file_property(alone ${source} SKIP_UNITY_BUILD_INCLUSION)
    get_source_file_property(generated ${source} GENERATED)
    get_source_file_property(options ${source} COMPILE_OPTIONS)
    if(alone OR generated OR options)
      set_source_files_properties(${source} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    else()
      file(SIZE ${source} bytes)
      math(EXPR total "${total} + ${bytes}")
      list(APPEND grouped ${source})
    endif()
  endforeach()
  # As many groups as there is work for, and each as large as any other.
  math(EXPR groups "(${total} + ${INFOMAX_UNITY_BYTES} - 1) / ${INFOMAX_UNITY_BYTES}")
  set(before 0)
  foreach(source IN LISTS grouped)
    file(SIZE ${source} bytes)
    math(EXPR group "(${before} + ${bytes} / 2) * ${groups} / ${total}")
    math(EXPR before "${before} + ${bytes}")
    set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${group})
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  # It takes what stands in an included file for a header, which anonymous namespaces would be wrong in.
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endfunction()
