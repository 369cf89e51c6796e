// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>

#include "objective/description.hpp"

// The list of objectives. To add one, write its source file, which defines its description, and
// name that here twice.
namespace infomax::objective {

[[nodiscard]] Description describe_infomax();
[[nodiscard]] Description describe_dcca();
[[nodiscard]] Description describe_vamp1();
[[nodiscard]] Description describe_vamp2();
[[nodiscard]] Description describe_gaussian_mi();
[[nodiscard]] Description describe_pls();
[[nodiscard]] Description describe_barlow();
[[nodiscard]] Description describe_vicreg();
[[nodiscard]] Description describe_coding_rate();
[[nodiscard]] Description describe_histogram_mi();
[[nodiscard]] Description describe_mse();
[[nodiscard]] Description describe_infonce();
[[nodiscard]] Description describe_nt_xent();
[[nodiscard]] Description describe_jsd();
[[nodiscard]] Description describe_dv();
[[nodiscard]] Description describe_mine();
[[nodiscard]] Description describe_nwj();
[[nodiscard]] Description describe_smile();
[[nodiscard]] Description describe_sigmoid();
[[nodiscard]] Description describe_byol();
[[nodiscard]] Description describe_simsiam();
[[nodiscard]] Description describe_dim();
[[nodiscard]] Description describe_maxvar();
[[nodiscard]] Description describe_sumcor();

/// In the order of help.
inline constexpr std::array all_descriptions{
    describe_infomax,     describe_dcca,         describe_vamp1,   describe_vamp2,
    describe_gaussian_mi, describe_pls,          describe_barlow,  describe_vicreg,
    describe_coding_rate, describe_histogram_mi, describe_mse,     describe_infonce,
    describe_nt_xent,     describe_jsd,          describe_dv,      describe_mine,
    describe_nwj,         describe_smile,        describe_sigmoid, describe_byol,
    describe_simsiam,     describe_dim,          describe_maxvar,  describe_sumcor,
};

}  // namespace infomax::objective
