// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "objective/clear_rows.hpp"
#include "objective/contrastive.hpp"
#include "objective/feature_term.hpp"
#include "objective/list.hpp"
#include "objective/prior.hpp"

// N: global samples. B: local samples. q: columns of the outputs y. F: the outputs [C,...] of a
// layer within the network.

namespace infomax {

constexpr std::array<std::pair<std::string_view, objective::Estimator>, 4> estimator_names{
    {{"jsd", objective::Estimator::jsd},
     {"infonce", objective::Estimator::infonce},
     {"dv", objective::Estimator::dv},
     {"nwj", objective::Estimator::nwj}}};
constexpr std::array<std::pair<std::string_view, objective::Prior>, 2> prior_names{
    {{"entropy", objective::Prior::entropy}, {"adversarial", objective::Prior::adversarial}}};

/// By their names.
template <>
struct FieldText<objective::Estimator> : ChoiceText<objective::Estimator, estimator_names> {};
template <>
struct FieldText<objective::Prior> : ChoiceText<objective::Prior, prior_names> {};

namespace objective {
namespace {

constexpr const char* dim_name = "dim";
constexpr std::uint64_t first_network = 102;  // unlike those of critics

struct DimOptions {
  double global = 0.5;
  double local = 1.0;
  double prior = 0.1;
  Prior prior_by = Prior::entropy;
  Estimator estimator = Estimator::jsd;
  std::size_t units = 1024;
  std::optional<std::size_t> local_layer;     // read where networks are made
  std::optional<std::string> feature_shape;   // of F
  std::optional<std::string> global_network;  // what F goes through before it is scored as a whole
};

/// The terms that J has: of each place first.
template <math::Real T>
std::vector<std::unique_ptr<FeatureTerm<T>>> make_terms(const DimOptions& options, std::size_t q) {
  if (!options.feature_shape) {
    throw UsageError("`objective` dim needs `feature-shape`, that of the local layer's outputs");
  }
  const std::string head =
      fmt::format("residual(dense:{0},relu,dense:{0}),layernorm", options.units);
  FeatureTermOptions term{.weight = options.local,
                          .estimator = options.estimator,
                          .by_place = true,
                          .outputs = q,
                          .features = nn::parse_shape(*options.feature_shape),
                          .output_network = head,
                          .feature_network = head,
                          .number = first_network};
  std::vector<std::unique_ptr<FeatureTerm<T>>> terms;
  if (options.local != 0.0) {
    terms.push_back(std::make_unique<FeatureTerm<T>>(term));
  }
  if (options.global != 0.0) {
    term.weight = options.global;
    term.by_place = false;
    if (options.global_network && !options.global_network->empty()) {
      term.feature_network = *options.global_network + "," + head;
    }
    term.number = first_network + 2;
    terms.push_back(std::make_unique<FeatureTerm<T>>(term));
  }
  return terms;
}

/// J = g G + l L + p R (Hjelm et al. 2019, "Learning deep representations by mutual information
/// estimation and maximization"): G a bound of the information between y and all of F, L the same
/// between y and each place of F, R how near y is to a prior distribution.
template <math::Real T>
class DeepInfoMax final : public Objective<T> {
 public:
  explicit DeepInfoMax(const ObjectiveOptions& options)
      : options_(options.of<DimOptions>()),
        needs_(needs_of(options)),
        prior_(options_.prior_by, options_.prior, options.of<HistogramOptions>().bins),
        report_(options) {}

  [[nodiscard]] std::size_t parameter_count(std::size_t p, std::size_t q) const override;
  void initialize(std::span<T> parameters, std::size_t p, std::size_t q,
                  std::uint64_t seed) const override;

  /// Collective.
  [[nodiscard]] Value evaluate(const mpi::Communicator& communicator, const Batch<T>& batch,
                               const Gradients<T>& gradients) override;

 private:
  /// Collective. Adds all terms to the value.
  void measure(const mpi::Communicator& communicator, const Batch<T>& batch,
               std::span<const T> parameters, bool wants_gradient, Value& value);
  /// Collective.
  void differentiate(const mpi::Communicator& communicator, std::span<const T> parameters,
                     const Gradients<T>& gradients);

  DimOptions options_;
  Needs needs_;
  PriorTerm<T> prior_;
  SideEntropies<T> report_;
  std::vector<std::unique_ptr<FeatureTerm<T>>> terms_;
  Buffer<T> output_tile_;
  Buffer<T> feature_tile_;
  Buffer<T> initial_;  // parameters, where a batch has none
};

template <math::Real T>
std::size_t DeepInfoMax<T>::parameter_count(std::size_t /*p*/, std::size_t q) const {
  std::size_t count = prior_.parameter_count(q);
  for (const auto& term : make_terms<T>(options_, q)) {
    count += term->parameter_count();
  }
  return count;
}

template <math::Real T>
void DeepInfoMax<T>::initialize(std::span<T> parameters, std::size_t /*p*/, std::size_t q,
                                std::uint64_t seed) const {
  for (const auto& term : make_terms<T>(options_, q)) {
    term->initialize(parameters.first(term->parameter_count()), seed);
    parameters = parameters.subspan(term->parameter_count());
  }
  prior_.initialize(parameters, q, seed);
}

template <math::Real T>
Value DeepInfoMax<T>::evaluate(const mpi::Communicator& communicator, const Batch<T>& batch,
                               const Gradients<T>& gradients) {
  const std::size_t p = batch.rows.a.columns();
  const std::size_t q = batch.rows.b.columns();
  require(needs_, dim_name, {.p = p, .q = q, .tapped_features = batch.tapped.size()});
  if (terms_.empty()) {
    terms_ = make_terms<T>(options_, q);
  }
  std::span<const T> parameters = batch.parameters;
  if (parameters.empty()) {
    initial_.resize(parameter_count(p, q));
    initialize(initial_, p, q, 0);
    parameters = initial_;
  }
  const bool wants_gradient =
      gradients.b.columns() > 0 || !gradients.tapped.empty() || !gradients.parameters.empty();
  Value value = report_.measure(communicator, batch.rows);
  measure(communicator, batch, parameters, wants_gradient, value);
  clear_rows(gradients.a);
  if (wants_gradient) {
    differentiate(communicator, parameters, gradients);
  }
  return value;
}

template <math::Real T>
void DeepInfoMax<T>::measure(const mpi::Communicator& communicator, const Batch<T>& batch,
                             std::span<const T> parameters, bool wants_gradient, Value& value) {
  const stats::RowPairs<T>& rows = batch.rows;
  const auto y = rows.b.tile(0, rows.count(), output_tile_);
  const auto f = batch.tapped.front()->tile(0, rows.count(), feature_tile_);
  for (const auto& term : terms_) {
    const std::size_t count = term->parameter_count();
    const double bound = term->measure(communicator, parameters.first(count), y, f, rows.parts,
                                       static_cast<double>(value.samples));
    parameters = parameters.subspan(count);
    value.objective += term->weight() * bound;
    value.figures.emplace_back(term->by_place() ? "local" : "global", bound);
  }
  value.dependence = value.objective;
  if (options_.prior != 0.0) {
    const double prior =
        prior_.measure(communicator, y, rows.parts, batch.numbers, parameters, wants_gradient);
    value.objective += options_.prior * prior;
    value.figures.emplace_back("prior", prior);
  }
}

template <math::Real T>
void DeepInfoMax<T>::differentiate(const mpi::Communicator& communicator,
                                   std::span<const T> parameters, const Gradients<T>& gradients) {
  const MatrixView<T> df = gradients.tapped.empty() ? MatrixView<T>{} : gradients.tapped.front();
  clear_rows(gradients.b);
  clear_rows(df);
  const OwnGradient<T> own{gradients.parameters, gradients.exact_parameters, 0};
  const auto part = [&own](std::size_t first, std::size_t count) {
    return own.gradient.empty() ? own : own.part(first, count);
  };
  std::size_t first = 0;
  for (const auto& term : terms_) {
    const std::size_t count = term->parameter_count();
    term->add_gradient(communicator, parameters.subspan(first, count), gradients.b, df,
                       part(first, count));
    first += count;
  }
  prior_.add_gradient(parameters.subspan(first), gradients.b,
                      part(first, parameters.size() - first));
}

OptionGroup dim_options() {
  FieldTable<DimOptions> table;
  table
      .add("local-layer", &DimOptions::local_layer, "K",
           "of dim: the layer, counted from 0, whose outputs are the feature map; unset: the last "
           "that gives one")
      .add("feature-shape", &DimOptions::feature_shape, "SHAPE",
           "of dim: the feature map's shape, which follows from the encoder")
      .add("dim-global", &DimOptions::global, "G",
           "weight of the information between outputs and the whole feature map", at_least(0.0))
      .add("dim-local", &DimOptions::local, "L",
           "weight of the information between outputs and each place of the feature map",
           at_least(0.0))
      .add("dim-prior", &DimOptions::prior, "P",
           "weight of how near the outputs are to a prior: uniform after a sigmoid", at_least(0.0))
      .add(
          "dim-prior-by", &DimOptions::prior_by, "NAME",
          "what measures that: entropy, of the histogram of each column, or adversarial, a network "
          "that tells outputs from uniform numbers")
      .add("dim-estimator", &DimOptions::estimator, "NAME",
           "the bound of information: jsd, infonce, dv or nwj")
      .add("dim-units", &DimOptions::units, "U",
           "units of the networks that score outputs and features", one_or_more())
      .add("global-network", &DimOptions::global_network, "SPEC",
           "of dim: what the feature map goes through before it is scored as a whole; unset: the "
           "encoder's items after the local layer, without batchnorm and dropout");
  return group_of(table);
}

void check_dim(const ObjectiveOptions& options) {
  const auto& own = options.of<DimOptions>();
  if (own.global == 0.0 && own.local == 0.0) {
    throw UsageError("`dim-global` and `dim-local` are both 0; give one of them a weight");
  }
}

stats::MemoryUse dim_memory(const ObjectiveOptions& options, const stats::BatchExtent& batch) {
  std::size_t bytes = 0;
  for (const auto& term : make_terms<float>(options.of<DimOptions>(), batch.q)) {
    bytes += term->bytes_for(batch.local_rows) / sizeof(float) * batch.element_bytes;
  }
  return {bytes};
}

}  // namespace

Description describe_dim() {
  Description dim{.name = dim_name,
                  .help =
                      "Deep InfoMax: bounds of the information between outputs and the feature "
                      "map of a layer, as a whole and place by place, and a prior"};
  dim.options = {dim_options(), histogram_options()};
  dim.needs = [](const ObjectiveOptions& options) {
    return Needs{.sample_numbers = options.of<DimOptions>().prior_by == Prior::adversarial,
                 .tapped_features = 1,
                 .feature_map = true};
  };
  dim.check = check_dim;
  dim.ascends_itself = [](const ObjectiveOptions& options) {
    const auto& own = options.of<DimOptions>();
    return own.prior_by == Prior::entropy || own.prior == 0.0;
  };
  dim.memory = dim_memory;
  dim.factory = factory_of<DeepInfoMax<float>, DeepInfoMax<double>>();
  return dim;
}

}  // namespace objective
}  // namespace infomax
