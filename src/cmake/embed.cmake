# SPDX-License-Identifier: BSD-3-Clause
# Writes OUTPUT, a C++ source that defines the string view NAME, declared in report/assets.hpp,
# with the text of the files INPUT, one after the other.
# usage: cmake "-DINPUT=FILE[;FILE...]" -DOUTPUT=FILE -DNAME=NAME -P embed.cmake
set(text)
foreach(file IN LISTS INPUT)
  file(READ ${file} part)
  string(APPEND text "${part}")
endforeach()
set(delimiter embedded_text)  # of at most 16 characters
string(FIND "${text}" ")${delimiter}\"" found)
if(NOT found EQUAL -1)
  message(FATAL_ERROR "${INPUT} cannot be embedded: there is \")${delimiter}\\\"\" in it")
endif()
file(WRITE ${OUTPUT} "#include \"report/assets.hpp\"

namespace infomax::report::assets {

constexpr std::string_view text = R\"${delimiter}(${text})${delimiter}\";
const std::string_view ${NAME} = text;

}  // namespace infomax::report::assets
")
