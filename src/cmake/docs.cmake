# SPDX-License-Identifier: BSD-3-Clause
# The target docs: the public headers as HTML, in the build directory's docs/html. A public class,
# function, member or constant without a comment is an error, as any warning is.
find_package(Doxygen QUIET)
if(NOT DOXYGEN_FOUND)
  add_custom_target(docs
    COMMAND ${CMAKE_COMMAND} -E echo "Doxygen is missing. Install it (Debian, Fedora, conda: doxygen)."
    COMMAND ${CMAKE_COMMAND} -E false VERBATIM)
  return()
endif()
set(DOXYGEN_PROJECT_NAME Infomax)
set(DOXYGEN_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/docs)
set(DOXYGEN_STRIP_FROM_PATH ${PROJECT_SOURCE_DIR}/include)
set(DOXYGEN_STRIP_FROM_INC_PATH ${PROJECT_SOURCE_DIR}/include)
set(DOXYGEN_EXTRACT_ALL NO)
set(DOXYGEN_WARN_IF_UNDOCUMENTED YES)
# One comment serves the members of a group, from @{ to @}.
set(DOXYGEN_DISTRIBUTE_GROUP_DOC YES)
# What is named detail is not for users.
set(DOXYGEN_EXCLUDE_SYMBOLS "*::detail")
set(DOXYGEN_JAVADOC_AUTOBRIEF YES)
set(DOXYGEN_BUILTIN_STL_SUPPORT YES)
set(DOXYGEN_HAVE_DOT NO)
set(DOXYGEN_GENERATE_LATEX NO)
set(DOXYGEN_HTML_COLORSTYLE_HUE 205)
set(DOXYGEN_QUIET YES)
set(DOXYGEN_WARN_AS_ERROR FAIL_ON_WARNINGS)
doxygen_add_docs(docs ${PROJECT_SOURCE_DIR}/include COMMENT "Rendering the public headers")
