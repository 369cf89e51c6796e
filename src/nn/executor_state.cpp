// SPDX-License-Identifier: BSD-3-Clause
#include "nn/executor_state.hpp"

#include <algorithm>
#include <cassert>

namespace infomax::nn {
namespace {

template <class T>
std::vector<Buffer<T>> make_buffers(const BufferPlan& plan, std::size_t rows) {
  std::vector<Buffer<T>> buffers;
  for (const std::size_t columns : plan.columns) {
    buffers.emplace_back(rows * columns);
  }
  return buffers;
}

}  // namespace

template <math::Real T>
Executor<T>::State::State(const Network<T>& given, const Room& room, Fill filler,
                          Reduction* reducer)
    : network(&given),
      plan(make_plan(given.graph(), room.for_backward, room.taps, room.input_gradient)),
      batch_rows(room.batch_rows),
      micro_rows(room.micro_rows == 0 ? batch_rows : std::min(room.micro_rows, batch_rows)),
      by_ranges(room.by_ranges),
      for_backward(room.for_backward),
      whole(!by_ranges && micro_rows == batch_rows),
      results(room.taps),
      fill(std::move(filler)),
      reduction(reducer != nullptr ? reducer : &local),
      inputs(micro_rows, network->inputs()),
      values(make_buffers<T>(plan.values, micro_rows)),
      gradients(make_buffers<T>(plan.gradients, micro_rows)),
      doutputs_copy(for_backward && by_ranges ? micro_rows : 0, network->outputs()),
      added(micro_rows * plan.added_columns),
      state(nodes().size()) {
  results.push_back(output());
  if (!whole) {
    kept = make_buffers<T>(plan.kept, batch_rows);
  }
  std::size_t most_sums = 0;
  std::size_t most_inputs = 0;
  std::size_t most_saved = 0;
  saved.resize(for_backward ? nodes().size() : 0);
  WorkspaceSize most;
  for (std::size_t u = 1; u < nodes().size(); ++u) {
    const auto& layer = network->layer(u);
    const WorkspaceSize size = layer.workspace(micro_rows);
    most.elements = std::max(most.elements, size.elements);
    most.doubles = std::max(most.doubles, size.doubles);
    most_inputs = std::max(most_inputs, nodes()[u].inputs.size());
    most_saved = std::max(most_saved, layer.saved_columns());
    if (for_backward) {
      saved[u].resize(micro_rows * layer.saved_columns());
    }
    if (const auto* global = layer.global_sums()) {
      assert(!layer.backward_needs().output);
      state[u].assign(global->state_count(), 0.0);
      most_sums = std::max(most_sums, global->sum_count());
    }
  }
  if (!for_backward) {
    saved.resize(1);
    saved[0].resize(micro_rows * most_saved);
  }
  sums.resize(most_sums);
  workspace.resize(most.elements);
  workspace_doubles.resize(most.doubles);
  x.reserve(most_inputs);
  dx.reserve(most_inputs);
}

template <math::Real T>
bool Executor<T>::State::is_result(std::size_t node) const {
  return std::ranges::find(results, node) != results.end();
}

template <math::Real T>
MatrixView<T> Executor<T>::State::value(std::size_t node, std::size_t count) {
  return node == 0 ? inputs.view().row_range(0, count)
                   : MatrixView<T>(values[plan.values.of[node]].data(), count,
                                   nodes()[node].output.size());
}

template <math::Real T>
MatrixView<T> Executor<T>::State::gradient_of(std::size_t node, std::size_t count) {
  return node == output() ? dy
                          : MatrixView<T>(gradients[plan.gradients.of[node]].data(), count,
                                          nodes()[node].output.size());
}

template <math::Real T>
MatrixView<T> Executor<T>::State::kept_value(std::size_t node, const RowRange& range) {
  return MatrixView<T>(kept[plan.kept.of[node]].data(), batch_rows, nodes()[node].output.size())
      .row_range(range.first, range.count);
}

template <math::Real T>
MatrixView<T> Executor<T>::State::kept_gradient(std::size_t node, const RowRange& range) {
  return MatrixView<T>(kept[plan.kept_gradients.of[node]].data(), batch_rows,
                       nodes()[node].output.size())
      .row_range(range.first, range.count);
}

template <math::Real T>
Call<T> Executor<T>::State::call(std::size_t node, const Pass& of_range, std::size_t count,
                                 bool reads_input) {
  const Node& described = nodes()[node];
  x.clear();
  for (const std::size_t v : described.inputs) {
    x.push_back(reads_input ? MatrixView<const T>(value(v, count)) : MatrixView<const T>{});
  }
  return {.parameters = parameters.subspan(described.first_parameter, described.parameter_count),
          .x = x,
          .pass = of_range,
          .state = pass.training ? std::span<const double>(state[node]) : std::span<const double>{},
          .saved = std::span(saved[for_backward ? node : 0])
                       .first(count * network->layer(node).saved_columns()),
          .workspace = {workspace, workspace_doubles}};
}

template <math::Real T>
void Executor<T>::State::fill_inputs(const RowRange& range) {
  fill(range.first, inputs.view().row_range(0, range.count));
}

/// Nodes [begin, end), but for the input.
template <math::Real T>
void Executor<T>::State::run_nodes(std::size_t begin, std::size_t end, const RowRange& range) {
  const Pass of_range = pass.rows(range.first, range.count);
  for (std::size_t u = std::max<std::size_t>(1, begin); u < end; ++u) {
    network->layer(u).forward(call(u, of_range, range.count, true), value(u, range.count));
    forwarded += range.count;
  }
}

template <math::Real T>
void Executor<T>::State::load_values(const Segment& segment, const RowRange& range) {
  for (const std::size_t v : segment.loads) {
    copy_rows<T>(kept_value(v, range), value(v, range.count));
  }
}

template <math::Real T>
void Executor<T>::State::set_ranges(std::size_t batch, std::span<const RowRange> given) {
  assert(batch <= batch_rows);
  rows = batch;
  ranges.assign(given.begin(), given.end());
  for (std::size_t first = 0; !by_ranges && first < rows; first += micro_rows) {
    ranges.push_back({first, std::min(micro_rows, rows - first)});
  }
  if (ranges.empty()) {
    ranges.push_back({0, 0});  // has its share in what all do
  }
}

template <math::Real T>
std::span<double> Executor<T>::State::begin_sums(std::size_t node) {
  const auto own = std::span(sums).first(network->layer(node).global_sums()->sum_count());
  reduction->begin(own);
  return own;
}

template struct Executor<float>::State;
template struct Executor<double>::State;

}  // namespace infomax::nn
