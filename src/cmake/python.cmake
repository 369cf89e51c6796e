# SPDX-License-Identifier: BSD-3-Clause
# The Python package `infomax`: its compiled part, infomax._core, and the files beside it. In the build
# tree the package lies in ${INFOMAX_PYTHON_PACKAGE}/infomax.
set(INFOMAX_PYTHON /usr/bin/python3 CACHE FILEPATH "Python 3 that the package is built for, and that tests run in")
set(Python_EXECUTABLE ${INFOMAX_PYTHON})
find_package(Python QUIET COMPONENTS Interpreter Development.Module)
if(NOT Python_FOUND)
  infomax_missing("Python's headers are missing for ${INFOMAX_PYTHON}. Install them (Debian: python3-dev, Fedora: python3-devel), name another Python by -DINFOMAX_PYTHON=FILE, or run launch/setup.sh --python.")
endif()
find_package(pybind11 QUIET CONFIG)
if(NOT pybind11_FOUND)
  infomax_missing("pybind11 is missing. Install it (Debian: pybind11-dev, Fedora: pybind11-devel, conda: pybind11), or run launch/setup.sh --python.")
endif()
set(INFOMAX_PYTHON_DIR "" CACHE STRING "Where the package is installed, below the prefix; default lib/pythonX.Y/site-packages")
set(python_dir ${INFOMAX_PYTHON_DIR})
if(NOT python_dir)
  set(python_dir lib/python${Python_VERSION_MAJOR}.${Python_VERSION_MINOR}/site-packages)
endif()

set(INFOMAX_PYTHON_PACKAGE ${PROJECT_BINARY_DIR}/python)
file(GLOB infomax_python_sources CONFIGURE_DEPENDS src/python/*.cpp)
pybind11_add_module(infomax_python MODULE NO_EXTRAS ${infomax_python_sources})
infomax_compile_options(infomax_python)
target_include_directories(infomax_python PRIVATE src include ${PROJECT_BINARY_DIR}/include)
target_link_libraries(infomax_python PRIVATE infomax::infomax fmt::fmt nlohmann_json::nlohmann_json)
# What it does once for each call needs no speed; the library does the work. Only the module's entry is
# seen from outside, so that the libraries of other packages cannot take the place of its own.
target_compile_options(infomax_python PRIVATE $<$<CONFIG:Release,RelWithDebInfo>:-O1>)
target_link_options(infomax_python PRIVATE -Wl,--exclude-libs,ALL)
set_target_properties(infomax_python PROPERTIES OUTPUT_NAME _core
  CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
  LIBRARY_OUTPUT_DIRECTORY ${INFOMAX_PYTHON_PACKAGE}/infomax)
if(BUILD_SHARED_LIBS)
  set_target_properties(infomax_python PROPERTIES INSTALL_RPATH ${CMAKE_INSTALL_FULL_LIBDIR})
endif()
infomax_unity(infomax_python)

file(GLOB infomax_python_files CONFIGURE_DEPENDS src/python/package/*)
list(FILTER infomax_python_files INCLUDE REGEX "\\.(py|pyi|typed)$")
foreach(file IN LISTS infomax_python_files)
  cmake_path(GET file FILENAME name)
  configure_file(${file} ${INFOMAX_PYTHON_PACKAGE}/infomax/${name} COPYONLY)
endforeach()
install(TARGETS infomax_python DESTINATION ${python_dir}/infomax COMPONENT python)
install(FILES ${infomax_python_files} DESTINATION ${python_dir}/infomax COMPONENT python)
