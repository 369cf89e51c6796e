# SPDX-License-Identifier: BSD-3-Clause
# Finds what the library links: here, and, installed beside infomaxConfig.cmake, in the projects that
# use it. Makes infomax::hdf5, infomax::openblas, infomax::sleef, infomax::lbfgsb and infomax::csv,
# wherever those were found.

include(CheckCXXSourceCompiles)
include(CheckCXXSymbolExists)

set(INFOMAX_HDF5_MODULE "" CACHE STRING
    "pkg-config module of a parallel HDF5; empty: the one that belongs to this MPI")
set(INFOMAX_BLAS_MODULE "" CACHE STRING "pkg-config module of OpenBLAS; empty: openblas")
mark_as_advanced(INFOMAX_HDF5_MODULE INFOMAX_BLAS_MODULE)

# Ends this file: the configuration where this is the project, the search where it is a package.
macro(infomax_missing text)
  if(CMAKE_FIND_PACKAGE_NAME STREQUAL "infomax")
    set(infomax_FOUND FALSE)
    set(infomax_NOT_FOUND_MESSAGE "${text}")
    return()
  endif()
  message(FATAL_ERROR " ${text}")  # the space keeps it on one line
endmacro()

find_package(PkgConfig QUIET)
find_package(Threads QUIET)

# MPI, through its C API only.
set(MPI_CXX_SKIP_MPICXX TRUE CACHE BOOL "Leave out the removed C++ bindings of MPI")
mark_as_advanced(MPI_CXX_SKIP_MPICXX)
find_package(MPI QUIET COMPONENTS CXX)
if(NOT MPI_CXX_FOUND)
  infomax_missing("MPI is missing. Install one with its compiler wrappers (Debian: openmpi-bin libopenmpi-dev, Fedora: openmpi-devel and `module load mpi`, conda: openmpi), or run launch/setup.sh; an mpicxx off the PATH is named by -DMPI_CXX_COMPILER=FILE.")
endif()

# HDF5, built in parallel on that MPI. Debian keeps one for each MPI beside the serial one.
if(NOT TARGET infomax::hdf5)
  if(INFOMAX_HDF5_MODULE)
    set(infomax_hdf5_module "${INFOMAX_HDF5_MODULE}")
  else()
    set(CMAKE_REQUIRED_LIBRARIES MPI::MPI_CXX)
    set(CMAKE_REQUIRED_QUIET TRUE)
    check_cxx_symbol_exists(OPEN_MPI mpi.h infomax_mpi_is_open_mpi)
    if(infomax_mpi_is_open_mpi)
      set(infomax_hdf5_module hdf5-openmpi)
    else()
      set(infomax_hdf5_module hdf5-mpich)
    endif()
  endif()
  if(PKG_CONFIG_FOUND)
    pkg_check_modules(infomax_hdf5 QUIET IMPORTED_TARGET "${infomax_hdf5_module}")
  endif()
  add_library(infomax::hdf5 INTERFACE IMPORTED)
  if(infomax_hdf5_FOUND)
    set(infomax_hdf5_where "pkg-config ${infomax_hdf5_module}")
    target_link_libraries(infomax::hdf5 INTERFACE PkgConfig::infomax_hdf5)
  elseif(NOT INFOMAX_HDF5_MODULE)
    enable_language(C)  # FindHDF5 asks the C compiler wrapper
    set(HDF5_PREFER_PARALLEL TRUE)
    find_package(HDF5 QUIET COMPONENTS C)
    if(HDF5_FOUND)
      set(infomax_hdf5_where "${HDF5_INCLUDE_DIRS}")
      target_link_libraries(infomax::hdf5 INTERFACE HDF5::HDF5)
    endif()
  endif()
  set(infomax_hdf5_advice "Install a parallel build on the same MPI (Debian: libhdf5-openmpi-dev or libhdf5-mpich-dev, Fedora: hdf5-openmpi-devel, conda: hdf5=*=mpi_openmpi*), or run launch/setup.sh; HDF5_ROOT or -DINFOMAX_HDF5_MODULE=NAME say where it is.")
  if(NOT infomax_hdf5_where)
    infomax_missing("HDF5 is missing. ${infomax_hdf5_advice}")
  endif()
  set(CMAKE_REQUIRED_LIBRARIES infomax::hdf5 MPI::MPI_CXX)
  set(CMAKE_REQUIRED_QUIET TRUE)
  check_cxx_source_compiles("
    #include <mpi.h>
    #include <hdf5.h>
    #ifndef H5_HAVE_PARALLEL
    #error serial
    #endif
    int main() { return H5Pset_fapl_mpio(H5P_DEFAULT, MPI_COMM_WORLD, MPI_INFO_NULL); }"
    infomax_hdf5_is_parallel)
  if(NOT infomax_hdf5_is_parallel)
    unset(infomax_hdf5_is_parallel CACHE)
    infomax_missing("HDF5 is not a parallel build (${infomax_hdf5_where}). ${infomax_hdf5_advice}")
  endif()
endif()

# OpenBLAS, with the LAPACK in it.
if(NOT TARGET infomax::openblas)
  if(INFOMAX_BLAS_MODULE)
    set(infomax_blas_module "${INFOMAX_BLAS_MODULE}")
  else()
    set(infomax_blas_module openblas)
  endif()
  if(PKG_CONFIG_FOUND)
    pkg_check_modules(infomax_openblas QUIET IMPORTED_TARGET "${infomax_blas_module}")
  endif()
  add_library(infomax::openblas INTERFACE IMPORTED)
  if(infomax_openblas_FOUND)
    set(infomax_blas_where "pkg-config ${infomax_blas_module}")
    target_link_libraries(infomax::openblas INTERFACE PkgConfig::infomax_openblas)
  elseif(NOT INFOMAX_BLAS_MODULE)
    find_path(INFOMAX_OPENBLAS_INCLUDE_DIR cblas.h PATH_SUFFIXES openblas openblas-pthread)
    find_library(INFOMAX_OPENBLAS_LIBRARY openblas)
    if(INFOMAX_OPENBLAS_INCLUDE_DIR AND INFOMAX_OPENBLAS_LIBRARY)
      set(infomax_blas_where "${INFOMAX_OPENBLAS_LIBRARY}")
      target_include_directories(infomax::openblas INTERFACE ${INFOMAX_OPENBLAS_INCLUDE_DIR})
      target_link_libraries(infomax::openblas INTERFACE ${INFOMAX_OPENBLAS_LIBRARY})
    endif()
  endif()
  set(infomax_blas_advice "Install OpenBLAS (Debian: libopenblas-dev, Fedora: openblas-devel, conda: openblas), or run launch/setup.sh; PKG_CONFIG_PATH or -DINFOMAX_BLAS_MODULE=NAME say where it is.")
  if(NOT infomax_blas_where)
    infomax_missing("OpenBLAS is missing. ${infomax_blas_advice}")
  endif()
  set(CMAKE_REQUIRED_LIBRARIES infomax::openblas)
  set(CMAKE_REQUIRED_QUIET TRUE)
  check_cxx_source_compiles("
    #include <cblas.h>
    extern \"C\" void dsyevd_();
    int main() { dsyevd_(); return openblas_get_config()[0]; }"
    infomax_blas_is_openblas)
  if(NOT infomax_blas_is_openblas)
    unset(infomax_blas_is_openblas CACHE)
    infomax_missing("BLAS is not OpenBLAS with its LAPACK (${infomax_blas_where}). ${infomax_blas_advice}")
  endif()
endif()

# Makes infomax::NAME of one header and one library, for what brings neither a package nor a module.
# Sets infomax_NAME_FOUND.
function(infomax_find_plain name header)
  string(TOUPPER INFOMAX_${name} prefix)
  find_path(${prefix}_INCLUDE_DIR ${header})
  find_library(${prefix}_LIBRARY ${name})
  mark_as_advanced(${prefix}_INCLUDE_DIR ${prefix}_LIBRARY)
  set(found FALSE)
  if(${prefix}_INCLUDE_DIR AND ${prefix}_LIBRARY)
    set(found TRUE)
    if(NOT TARGET infomax::${name})
      add_library(infomax::${name} INTERFACE IMPORTED)
      target_include_directories(infomax::${name} INTERFACE ${${prefix}_INCLUDE_DIR})
      target_link_libraries(infomax::${name} INTERFACE ${${prefix}_LIBRARY})
    endif()
  endif()
  set(infomax_${name}_FOUND ${found} PARENT_SCOPE)
endfunction()

if(NOT TARGET infomax::sleef)
  if(PKG_CONFIG_FOUND)
    pkg_check_modules(infomax_sleef QUIET IMPORTED_TARGET sleef)
  endif()
  if(infomax_sleef_FOUND)
    add_library(infomax::sleef INTERFACE IMPORTED)
    target_link_libraries(infomax::sleef INTERFACE PkgConfig::infomax_sleef)
  else()
    infomax_find_plain(sleef sleef.h)
  endif()
  if(NOT infomax_sleef_FOUND)
    infomax_missing("SLEEF is missing. Install it (Debian: libsleef-dev, Fedora: sleef-devel, conda: sleef), or run launch/setup.sh.")
  endif()
endif()

# Fortran, so it has no header.
if(NOT TARGET infomax::lbfgsb)
  find_library(INFOMAX_LBFGSB_LIBRARY lbfgsb)
  mark_as_advanced(INFOMAX_LBFGSB_LIBRARY)
  if(INFOMAX_LBFGSB_LIBRARY)
    add_library(infomax::lbfgsb INTERFACE IMPORTED)
    target_link_libraries(infomax::lbfgsb INTERFACE ${INFOMAX_LBFGSB_LIBRARY})
  else()
    infomax_missing("L-BFGS-B is missing. Install it (Debian: liblbfgsb-dev; elsewhere as a shared library from users.iems.northwestern.edu/~nocedal/lbfgsb.html), or run launch/setup.sh.")
  endif()
endif()
infomax_find_plain(csv csv.h)
if(NOT infomax_csv_FOUND)
  infomax_missing("libcsv is missing. Install it (Debian: libcsv-dev, Fedora: libcsv-devel; elsewhere from github.com/rgamble/libcsv), or run launch/setup.sh.")
endif()

find_package(ZLIB QUIET)
if(NOT ZLIB_FOUND)
  infomax_missing("zlib is missing. Install it (Debian: zlib1g-dev, Fedora: zlib-devel, conda: zlib), or run launch/setup.sh.")
endif()
find_package(fmt QUIET)
if(NOT fmt_FOUND)
  infomax_missing("fmt is missing. Install it (Debian: libfmt-dev, Fedora: fmt-devel, conda: fmt), or run launch/setup.sh.")
endif()
find_package(spdlog QUIET)
if(NOT spdlog_FOUND)
  infomax_missing("spdlog is missing. Install it (Debian: libspdlog-dev, Fedora: spdlog-devel, conda: spdlog), or run launch/setup.sh.")
endif()

unset(CMAKE_REQUIRED_LIBRARIES)
unset(CMAKE_REQUIRED_QUIET)
