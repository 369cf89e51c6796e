// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/mpi/transport.hpp"

#include <array>
#include <string_view>

#include <mpi.h>

#include "infomax/mpi/check.hpp"

namespace infomax::mpi {
namespace {

/// Open MPI lists a category of variables, such as "ompi_pml_ob1", for every open component.
std::vector<std::string> category_names() {
  int count = 0;
  check(MPI_T_category_get_num(&count), "MPI_T_category_get_num");
  std::vector<std::string> names;
  for (int category = 0; category < count; ++category) {
    std::array<char, 256> name{};
    int name_size = static_cast<int>(name.size());
    int description_size = 0;
    int variables = 0;
    int measures = 0;
    int subcategories = 0;
    if (MPI_T_category_get_info(category, name.data(), &name_size, nullptr, &description_size,
                                &variables, &measures, &subcategories) == MPI_SUCCESS) {
      names.emplace_back(name.data());
    }
  }
  return names;
}

}  // namespace

Transport find_transport() {
  constexpr std::string_view layers = "ompi_pml_";
  constexpr std::string_view transports = "opal_btl_";
  int granted = MPI_THREAD_SINGLE;
  check(MPI_T_init_thread(MPI_THREAD_SINGLE, &granted), "MPI_T_init_thread");
  Transport transport;
  for (const std::string& name : category_names()) {
    if (name.ends_with("_base")) {
      continue;
    }
    if (name.starts_with(layers)) {
      transport.layer = name.substr(layers.size());
    } else if (name.starts_with(transports)) {
      transport.transports.push_back(name.substr(transports.size()));
    }
  }
  check(MPI_T_finalize(), "MPI_T_finalize");
  return transport;
}

}  // namespace infomax::mpi
