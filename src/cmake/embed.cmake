# SPDX-License-Identifier: BSD-3-Clause
# Writes OUTPUT, a C++ source that defines the string view NAME, declared in report/assets.hpp,
# with the bytes of the files INPUT, one after the other. Numbers, for a string literal may be too
# long for a compiler.
# usage: cmake "-DINPUT=FILE[;FILE...]" -DOUTPUT=FILE -DNAME=NAME -P embed.cmake
set(hex)
foreach(file IN LISTS INPUT)
  file(READ ${file} part HEX)
  string(APPEND hex "${part}")
endforeach()
string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
string(REPEAT "....." 20 line)
string(REGEX REPLACE "(${line})" "\\1\n    " bytes "${bytes}")
file(WRITE ${OUTPUT} "#include \"report/assets.hpp\"

namespace infomax::report::assets {
namespace {

constexpr unsigned char bytes[] = {
    ${bytes}};

}  // namespace

const std::string_view ${NAME}{reinterpret_cast<const char*>(bytes), sizeof(bytes)};

}  // namespace infomax::report::assets
")
