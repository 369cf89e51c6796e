// SPDX-License-Identifier: BSD-3-Clause
#include "objective/contrastive.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "objective/own_network.hpp"

namespace infomax {
namespace {

using Form = objective::Critic::Form;

struct FormName {
  Form form;
  std::string_view name;
  std::string_view network;  // unless it is given; empty where there is none
};
constexpr std::array form_names{
    FormName{Form::dot, "dot", ""},
    FormName{Form::cosine, "cosine", ""},
    FormName{Form::bilinear, "bilinear", ""},
    FormName{Form::separable, "separable", "dense:512,relu,dense:128"},
    FormName{Form::concat, "concat", "dense:512,relu,dense:1"},
};

}  // namespace

std::optional<objective::Critic> FieldText<objective::Critic>::parse(std::string_view text) {
  const std::size_t colon = std::min(text.find(':'), text.size());
  const auto known = std::ranges::find_if(form_names, [&](const FormName& each) {
    return same_name(text.substr(0, colon), each.name);
  });
  if (known == form_names.end() || (colon < text.size() && known->network.empty())) {
    return std::nullopt;
  }
  const auto network = colon < text.size() ? text.substr(colon + 1) : known->network;
  if (colon < text.size() && network.empty()) {
    return std::nullopt;
  }
  return objective::Critic{known->form, std::string(network)};
}

std::string FieldText<objective::Critic>::format(const objective::Critic& critic) {
  std::string text(std::ranges::find(form_names, critic.form, &FormName::form)->name);
  return critic.network.empty() ? text : text + ":" + critic.network;
}

std::string FieldText<objective::Critic>::expected() {
  return "dot, cosine, bilinear, separable, separable:SPEC, concat or concat:SPEC";
}

namespace objective {

Critic default_critic(std::string_view objective) {
  const bool is_of_angles =
      objective == "infonce" || objective == "nt-xent" || objective == "sigmoid";
  return is_of_angles ? Critic{} : *FieldText<Critic>::parse("separable");
}

std::string default_critic_name(const ObjectiveName& objective) {
  return FieldText<Critic>::format(default_critic(objective));
}

OptionGroup contrastive_options() {
  FieldTable<ContrastiveOptions> table;
  table
      .add(
          "critic", &ContrastiveOptions::critic, "NAME",
          "how rows of both sides are scored: cosine, of the angle between them, or dot, a . b, "
          "both divided by `temperature`; bilinear, a . W b; separable:SPEC, the product of what a "
          "network makes of a and another of b; concat:SPEC, a network of both rows, which ends in "
          "one output and sees all N^2 pairs; unset: cosine, and of bounds of mutual information "
          "separable:dense:512,relu,dense:128")
      .add("temperature", &ContrastiveOptions::temperature, "T", "what scores are divided by",
           above(0.0))
      .add("learn-temperature", &ContrastiveOptions::learn_temperature, "",
           "learn the temperature with the networks, in its logarithm, from `temperature` on")
      .add("symmetric", &ContrastiveOptions::symmetric, "BOOL",
           "of infonce: the mean of telling b from a and a from b; unset: true for pairs augment "
           "and views");
  return group_of(table);
}

Needs needs_of_critic(const ObjectiveOptions& options) {
  return {.equal_columns = options.of<ContrastiveOptions>().critic.value_or(Critic{}).is_product(),
          .instead = "`critic` separable or bilinear"};
}

void check_critic(const ObjectiveOptions& options) {
  const auto& own = options.of<ContrastiveOptions>();
  const Critic critic = own.critic.value_or(Critic{});
  if (!critic.is_product() && own.learn_temperature) {
    throw UsageError(fmt::format(
        "`critic` {} has no temperature, for it learns any scale; leave `learn_temperature` out",
        FieldText<Critic>::format(critic)));
  }
  if (!critic.network.empty()) {
    const OwnNetwork<float> network("critic", critic.network, 1);
    if (critic.form == Form::concat && network.outputs() != 1) {
      throw UsageError(
          fmt::format("the network {} of `critic` concat gives one score: end it in "
                      "dense:1",
                      critic.network));
    }
  }
}

template <math::Real T>
double score_of(std::span<const T> x, std::span<const T> y, double temperature) {
  double sum = 0.0;
  for (std::size_t j = 0; j < x.size(); ++j) {
    sum += static_cast<double>(x[j]) * static_cast<double>(y[j]);
  }
  return sum / temperature;
}

template <math::Real T>
void ScoredRows<T>::read(const stats::RowSource<T>& source, bool unit_length, MatrixView<T> rows) {
  constexpr std::size_t tile = 256;
  inverse_norms_.resize(unit_length ? rows.rows() : 0);
  for (std::size_t first = 0; first < rows.rows(); first += tile) {
    const std::size_t count = std::min(tile, rows.rows() - first);
    const auto from = source.tile(first, count, scratch_);
    for (std::size_t i = 0; i < count; ++i) {
      const auto to = rows.row(first + i);
      std::ranges::copy(from.row(i), to.begin());
      if (unit_length) {
        const double norm = math::ordered_norm(std::span<const T>(to));
        const double inverse = norm > 0.0 ? 1.0 / norm : 0.0 * norm;  // NaN stays NaN
        inverse_norms_[first + i] = inverse;
        math::scale(static_cast<T>(inverse), to);
      }
    }
  }
}

template <math::Real T>
void ScoredRows<T>::write_gradient(MatrixView<const T> rows, MatrixView<const T> scored,
                                   MatrixView<T> gradient) {
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    const auto unit = rows.row(i);
    const auto from = scored.row(i);
    const auto to = gradient.row(i);
    if (inverse_norms_.empty()) {
      std::ranges::copy(from, to.begin());
      continue;
    }
    const double along = score_of(unit, from, 1.0);
    for (std::size_t j = 0; j < to.size(); ++j) {
      to[j] = static_cast<T>(inverse_norms_[i] *
                             (static_cast<double>(from[j]) - along * static_cast<double>(unit[j])));
    }
  }
}

template <math::Real T>
SideEntropies<T>::SideEntropies(const ObjectiveOptions& options)
    : moment_pass_(stats::MomentNeeds{}), entropy_(options.of<HistogramOptions>(), 0.0, 0.0) {}

template <math::Real T>
Value SideEntropies<T>::measure(const mpi::Communicator& communicator,
                                const stats::RowPairs<T>& rows) {
  const stats::Means& means = mean_pass_.measure(communicator, rows, false);
  const stats::SecondMoments& moments = moment_pass_.measure(communicator, rows, means);
  const auto entropy = entropy_.measure(communicator, rows, means, moments, false, false);
  Value value;
  value.entropy_a = entropy.a;
  value.entropy_b = entropy.b;
  value.samples = static_cast<std::uint64_t>(means.samples);
  return value;
}

template double score_of<float>(std::span<const float>, std::span<const float>, double);
template double score_of<double>(std::span<const double>, std::span<const double>, double);
template class ScoredRows<float>;
template class ScoredRows<double>;
template class SideEntropies<float>;
template class SideEntropies<double>;

}  // namespace objective
}  // namespace infomax
