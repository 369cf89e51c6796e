// SPDX-License-Identifier: BSD-3-Clause
#include "cli/canonical_output.hpp"

#include <cstdint>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "infomax/analysis/canonical_encoding.hpp"
#include "infomax/analysis/column_names.hpp"
#include "infomax/analysis/evaluation.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/train/any_model.hpp"
#include "infomax/train/files_of_run.hpp"
#include "infomax/train/run_directory.hpp"
#include "report/run.hpp"
#include "report/run_data.hpp"

namespace infomax::cli {
namespace {

/// Collective. The settings of the run that a model lies in; none where it lies elsewhere.
FieldTexts config_of_run(const mpi::Communicator& communicator, const std::string& model) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::absolute(train::model_file(model)).parent_path();
  const fs::path run = folder.filename() == "checkpoints" ? folder.parent_path() : folder;
  std::error_code ignored;
  const bool is_run = communicator.is_root() && fs::exists(run / "config.ini", ignored);
  if (communicator.max(std::uint64_t{is_run}) == 0) {
    return {};
  }
  return parse_ini(
      report::read_config(communicator, train::RunDirectory::find(communicator, run.string())));
}

/// The samples that canonical variates are fitted to.
struct FitData {
  std::string file;
  model::Examples examples;
};

/// Collective. The samples of the file that the user named; otherwise those that the model was
/// trained on.
FitData load_fit(const mpi::Communicator& communicator, const CanonicalWish& wish,
                 const model::StoredModel& stored, const model::PairSettings& pair) {
  if (!wish.fit.empty()) {
    return {wish.fit, analysis::load_for_model(communicator, stored, pair, wish.fit, 0)};
  }
  if (!stored.settings.contains("data")) {
    throw UsageError(fmt::format(
        "--fit is missing, and {} does not name what it was trained on; name a data set file",
        wish.model));
  }
  auto file = train::training_data(communicator, stored.settings, wish.model);
  const FieldTexts config = config_of_run(communicator, wish.model);
  if (config.empty()) {
    log::warning(fmt::format(
        "{} lies in no run directory, so that it is not known which rows were held out: canonical "
        "variates are fitted to all rows of {}; --fit names others",
        wish.model, file));
  }
  auto examples = report::load_as_trained(communicator, config, stored, pair, file);
  return {std::move(file), std::move(examples.training)};
}

/// The side whose variates are written. Both sides of a lag, or of random changes, share a network,
/// so there the side says which of its maps.
std::string canonical_side(const CanonicalWish& wish, const model::PairSettings& pair) {
  const std::string& given = wish.side;
  if (given.empty()) {
    return analysis::default_canonical_side(pair);
  }
  if (given != "b" && !(given == "a" && pair.meaning().a.encoded)) {
    throw UsageError(fmt::format(
        "--network is \"{}\"; it must be {}", given,
        pair.meaning().a.encoded ? "a or b" : "b, the only side that a network encodes"));
  }
  return given;
}

/// What stands beside the variates.
std::vector<analysis::EncodedTable> tables_of(const analysis::CanonicalEncoding& canonical,
                                              const model::PairSettings& pair,
                                              const data::DatasetFile& fit) {
  const auto& correlations = canonical.variates.correlations;
  std::vector<analysis::EncodedTable> tables{
      {"/canonical_correlations", {correlations.size()}, correlations}};
  if (!canonical.timescales.empty()) {
    tables.push_back({"/timescales", {correlations.size()}, canonical.timescales});
  }
  for (const auto& linear : canonical.linear) {
    const auto& weights = linear.weights;
    const auto& meaning = pair.meaning();
    const auto names = analysis::column_names(fit, pair, linear.side == "a" ? meaning.a : meaning.b,
                                              weights.rows());
    tables.push_back({"/weights_" + linear.side,
                      {weights.rows(), weights.columns()},
                      {weights.span().begin(), weights.span().end()},
                      names});
    tables.push_back({"/shift_" + linear.side, {weights.rows()}, linear.shift, names});
  }
  return tables;
}

}  // namespace

template <math::Real T>
void make_canonical(const mpi::Communicator& communicator, const CanonicalWish& wish,
                    const model::StoredModel& stored, analysis::Encoder<T>& encoder,
                    analysis::EncodingFile& written) {
  const auto pair = model::PairSettings::from_settings(stored.settings);
  const std::string side = canonical_side(wish, pair);
  const auto [fit, examples] = load_fit(communicator, wish, stored, pair);
  // Their sequences may have other numbers of steps than those that are encoded.
  const auto model =
      model::to_model<T>(model::fitted_to(stored, pair, *examples.x, examples.y.get()));
  const auto canonical =
      analysis::fit_canonical_encoding<T>(communicator, model, examples, pair, wish.micro_batch);
  if (encoder.columns() != model.member(encoder.member().role).network.outputs()) {
    throw DataError(fmt::format(
        "{} has sequences of {} steps and {} makes {} columns of them, unlike of the sequences to "
        "encode; fit to sequences of as many steps",
        fit, examples.x->steps(), wish.model,
        model.member(encoder.member().role).network.outputs()));
  }
  encoder.map_outputs(side == "a" ? canonical.variates.a : canonical.variates.b);
  log::info(fmt::format(
      "canonical variates of side {}, fitted to {}: correlations {:.4f} to {:.4f}", side, fit,
      canonical.variates.correlations.front(), canonical.variates.correlations.back()));
  if (written.format == analysis::EncodingFormat::hdf5) {
    data::DatasetFile file(communicator, fit);
    written.tables = tables_of(canonical, pair, file);
    file.close();
    written.attributes["canonical_side"] = side;
    written.attributes["fit"] = std::filesystem::absolute(fit).lexically_normal().string();
  }
}

#define INFOMAX_INSTANTIATE(T)                                                      \
  template void make_canonical<T>(const mpi::Communicator&, const CanonicalWish&,   \
                                  const model::StoredModel&, analysis::Encoder<T>&, \
                                  analysis::EncodingFile&);
INFOMAX_INSTANTIATE(float)
INFOMAX_INSTANTIATE(double)
#undef INFOMAX_INSTANTIATE

}  // namespace infomax::cli
