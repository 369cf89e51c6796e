// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/model/pair.hpp"

namespace infomax::model {

Pair parse_pair(const std::string& name) { return parse_field<Pair>("`pair`", name); }

std::string name_of(Pair pair) { return FieldText<Pair>::format(pair); }

bool reads_y(Pair pair) { return pair == Pair::target || pair == Pair::views; }

}  // namespace infomax::model
