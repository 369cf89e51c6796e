// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/nn/executor.hpp"

#include <algorithm>
#include <cassert>
#include <stdexcept>

#include "nn/executor_state.hpp"

// The two directions in one file, forward above backward.
namespace infomax::nn {

template <math::Real T>
Executor<T>::Executor(const Network<T>& network, const Room& room, Fill fill, Reduction* reduction)
    : state_(std::make_unique<State>(network, room, std::move(fill), reduction)) {}

template <math::Real T>
Executor<T>::~Executor() = default;

template <math::Real T>
MatrixView<const T> Executor<T>::forward(std::span<const T> parameters, std::size_t rows,
                                         const Pass& pass, std::span<const RowRange> ranges) {
  State& s = *state_;
  s.parameters = parameters;
  s.pass = pass;
  s.set_ranges(rows, ranges);
  const auto& segments = s.plan.segments;
  if (!pass.training) {
    for (const RowRange& range : s.ranges) {
      s.fill_inputs(range);
      s.run_nodes(0, s.nodes().size(), range);
      keep({.begin = 0, .end = s.nodes().size()}, range);
    }
    return value(s.output());
  }
  if (segments.size() > 1 && !s.for_backward && s.several()) {
    throw std::logic_error("a training pass by ranges without room for backward");
  }
  for (std::size_t k = 0; k < segments.size(); ++k) {
    const std::size_t next = k + 1 < segments.size() ? segments[k].end : 0;
    const auto sums = next > 0 ? s.begin_sums(next) : std::span<double>{};
    for (const RowRange& range : s.ranges) {
      make_values(segments[k], range, k == 0);
      keep(segments[k], range);
      if (next > 0) {
        const Pass of_range = pass.rows(range.first, range.count);
        s.network->layer(next).global_sums()->add_forward(s.call(next, of_range, range.count, true),
                                                          sums);
        s.reduction->end_part(sums);
      }
    }
    if (next > 0) {
      s.reduction->finish(sums);
      const Node& node = s.nodes()[next];
      s.network->layer(next).global_sums()->set_forward(
          parameters.subspan(node.first_parameter, node.parameter_count), sums, s.state[next]);
    }
  }
  return value(s.output());
}

/// The values of a segment for a range, from what is kept of earlier segments. `first` says whether
/// nothing of the range is in memory yet, where there is but one.
template <math::Real T>
void Executor<T>::make_values(const Segment& segment, const RowRange& range, bool first) {
  State& s = *state_;
  if (s.several() ? segment.uses_input : first) {
    s.fill_inputs(range);
  }
  if (s.several()) {
    s.load_values(segment, range);
  }
  s.run_nodes(segment.begin, segment.end, range);
}

/// Copies to the batch's memory what is asked for or used by later segments.
template <math::Real T>
void Executor<T>::keep(const Segment& segment, const RowRange& range) {
  State& s = *state_;
  if (s.whole) {
    return;
  }
  const auto copy = [&](std::size_t v) {
    copy_rows<T>(s.value(v, range.count), s.kept_value(v, range));
  };
  for (const std::size_t v : s.results) {
    if (v >= segment.begin && v < segment.end) {
      copy(v);
    }
  }
  for (const std::size_t v : segment.stores) {
    if (s.several() && !s.is_result(v)) {
      copy(v);
    }
  }
}

template <math::Real T>
MatrixView<const T> Executor<T>::value(std::size_t node) const {
  State& s = *state_;
  if (!s.is_result(node)) {
    throw std::logic_error("the value of a node that is not tapped");
  }
  return s.whole ? s.value(node, s.rows) : s.kept_value(node, {0, s.rows});
}

template <math::Real T>
bool Executor<T>::holds_inputs() const {
  return state_->whole;
}

template <math::Real T>
MatrixView<const T> Executor<T>::inputs() const {
  assert(holds_inputs());
  return state_->value(0, state_->rows);
}

template <math::Real T>
void Executor<T>::backward(std::span<const T> parameters, MatrixView<T> doutputs,
                           std::span<T> gradient, const PartReady& ready, const RangeAdded& added,
                           std::span<const TapGradient<T>> taps, MatrixView<T> dinputs) {
  State& s = *state_;
  assert(s.for_backward && s.pass.training);
  s.parameters = parameters;
  s.doutputs = doutputs;
  s.wants_inputs = dinputs.columns() > 0;
  if (!s.plan.needs_gradient[s.output()]) {
    return;
  }
  const auto& segments = s.plan.segments;
  for (std::size_t k = segments.size(); k-- > 0;) {
    const std::size_t summed =
        k > 0 && s.plan.needs_gradient[segments[k].begin] ? segments[k].begin : 0;
    const auto sums = summed > 0 ? s.begin_sums(summed) : std::span<double>{};
    for (const RowRange& range : s.ranges) {
      if (s.several()) {
        make_values(segments[k], range, true);
      }
      const Backward way{gradient, ready, added, taps, &range == &s.ranges.back()};
      load_gradients(segments[k], range, k + 1 == segments.size());
      run_back(segments[k], range, way);
      if (s.wants_inputs) {
        copy_rows<T>(s.gradient_of(0, range.count), dinputs.row_range(range.first, range.count));
      }
      if (summed > 0) {
        complete_gradient(summed, range, taps);
        const Pass of_range = s.pass.rows(range.first, range.count);
        s.network->layer(summed).global_sums()->add_backward(
            s.call(summed, of_range, range.count, true), s.gradient_of(summed, range.count), sums);
        s.reduction->end_part(sums);
      }
      store_gradients(segments[k], range);
    }
    if (summed > 0) {
      s.reduction->finish(sums);
      s.network->layer(summed).global_sums()->set_backward(sums, s.state[summed]);
    }
  }
}

/// What later segments left of the gradients that this one goes on with, and the output's.
template <math::Real T>
void Executor<T>::load_gradients(const Segment& segment, const RowRange& range, bool last) {
  State& s = *state_;
  const bool of_output =
      last || std::ranges::find(segment.gradient_loads, s.output()) != segment.gradient_loads.end();
  if (of_output) {
    s.dy = s.doutputs.row_range(range.first, range.count);
    if (s.by_ranges) {
      const auto copied = s.doutputs_copy.view().row_range(0, range.count);
      copy_rows<T>(s.dy, copied);
      s.dy = copied;
    }
  }
  for (const std::size_t v : segment.gradient_loads) {
    if (s.several() && v != s.output()) {
      copy_rows<T>(s.kept_gradient(v, range), s.gradient_of(v, range.count));
    }
  }
}

template <math::Real T>
void Executor<T>::store_gradients(const Segment& segment, const RowRange& range) {
  State& s = *state_;
  for (const std::size_t v : segment.gradient_stores) {
    if (v == s.output()) {
      if (s.by_ranges) {
        copy_rows<T>(s.dy, s.doutputs.row_range(range.first, range.count));
      }
    } else if (s.several()) {
      copy_rows<T>(s.gradient_of(v, range.count), s.kept_gradient(v, range));
    }
  }
}

/// Adds to a node's gradient what is given at a tap, once all nodes that read it have added theirs.
template <math::Real T>
void Executor<T>::complete_gradient(std::size_t node, const RowRange& range,
                                    std::span<const TapGradient<T>> taps) {
  State& s = *state_;
  const MatrixView<T> own = s.gradient_of(node, range.count);
  if (!s.plan.has_gradient[node]) {
    std::fill_n(own.data(), own.size(), T{0});
  }
  for (const auto& tap : taps) {
    for (std::size_t i = 0; tap.node == node && i < range.count; ++i) {
      math::axpy(T{1}, tap.gradient.row(range.first + i), own.row(i));
    }
  }
}

template <math::Real T>
void Executor<T>::run_back(const Segment& segment, const RowRange& range, const Backward& way) {
  State& s = *state_;
  const std::size_t begin = segment.backward_begin();
  const std::size_t end = segment.backward_end(s.nodes().size());
  for (std::size_t u = end; u-- > begin;) {
    const Node& node = s.nodes()[u];
    if (s.plan.needs_gradient[u]) {
      if (u < segment.end) {  // otherwise its sums needed it complete, in the segment before
        complete_gradient(u, range, way.taps);
      }
      differentiate(u, range, way.gradient);
    }
    if (way.last && way.ready && node.parameter_count > 0) {
      way.ready(node.first_parameter, node.parameter_count);
    }
  }
  if (way.added && begin < end) {
    const Node& last = s.nodes()[end - 1];
    const std::size_t first_parameter = s.nodes()[begin].first_parameter;
    way.added(first_parameter, last.first_parameter + last.parameter_count - first_parameter);
  }
}

/// Backward of one node: where its inputs have a gradient already, the new one is added to it.
template <math::Real T>
void Executor<T>::differentiate(std::size_t node, const RowRange& range, std::span<T> gradient) {
  State& s = *state_;
  const Node& described = s.nodes()[node];
  const auto& layer = s.network->layer(node);
  const BackwardNeeds needs = layer.backward_needs();
  T* scratch = s.added.data();
  s.dx.clear();
  for (std::size_t i = 0; i < described.inputs.size(); ++i) {
    const std::size_t v = described.inputs[i];
    if (!s.plan.needs_gradient[v] || (v == 0 && !s.wants_inputs)) {
      s.dx.emplace_back();
    } else if (s.plan.arrives_first[node][i]) {
      s.dx.push_back(s.gradient_of(v, range.count));
    } else {
      s.dx.emplace_back(scratch, range.count, s.nodes()[v].output.size());
      scratch += s.dx.back().size();
    }
  }
  const Pass of_range = s.pass.rows(range.first, range.count);
  layer.backward(
      s.call(node, of_range, range.count, needs.input),
      needs.output ? MatrixView<const T>(s.value(node, range.count)) : MatrixView<const T>{},
      s.gradient_of(node, range.count), s.dx,
      gradient.subspan(described.first_parameter, described.parameter_count));
  for (std::size_t i = 0; i < described.inputs.size(); ++i) {
    const std::size_t v = described.inputs[i];
    if (!s.dx[i].empty() && !s.plan.arrives_first[node][i]) {
      math::axpy(T{1}, std::span<const T>(s.dx[i].data(), s.dx[i].size()),
                 std::span<T>(s.gradient_of(v, range.count).data(), s.dx[i].size()));
    }
  }
}

template <math::Real T>
void Executor<T>::remember(std::span<const Executor* const> executors, double share,
                           std::span<T> parameters) {
  const State& first = *executors.front()->state_;
  std::vector<std::span<const double>> states;
  for (std::size_t u = 1; u < first.nodes().size(); ++u) {
    const auto* global = first.network->layer(u).global_sums();
    if (global == nullptr) {
      continue;
    }
    states.clear();
    for (const Executor* executor : executors) {
      states.emplace_back(executor->state_->state[u]);
    }
    const Node& node = first.nodes()[u];
    global->remember(states, share, parameters.subspan(node.first_parameter, node.parameter_count));
  }
}

template <math::Real T>
std::uint64_t Executor<T>::forwarded_rows() const {
  return state_->forwarded / std::max<std::size_t>(1, state_->nodes().size() - 1);
}

template <math::Real T>
std::size_t Executor<T>::bytes() const {
  const State& s = *state_;
  std::size_t elements =
      s.inputs.size() + s.doutputs_copy.size() + s.added.size() + s.workspace.size();
  for (const auto* buffers : {&s.values, &s.gradients, &s.saved, &s.kept}) {
    for (const auto& buffer : *buffers) {
      elements += buffer.size();
    }
  }
  return elements * sizeof(T) + s.workspace_doubles.size() * sizeof(double);
}

template class Executor<float>;
template class Executor<double>;

}  // namespace infomax::nn
