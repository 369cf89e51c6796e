// SPDX-License-Identifier: BSD-3-Clause
#include "nn/plan.hpp"

#include <algorithm>
#include <stdexcept>

#include "nn/layer.hpp"

namespace infomax::nn {
namespace {

/// The kinds of layers are the same in either precision.
const Layer<double>& layer_of(const Node& node) {
  return *std::get<std::shared_ptr<const Layer<double>>>(node.layers);
}

bool contains(std::span<const std::size_t> nodes, std::size_t node) {
  return std::ranges::find(nodes, node) != nodes.end();
}

void add_once(std::vector<std::size_t>& nodes, std::size_t node) {
  if (!contains(nodes, node)) {
    nodes.push_back(node);
  }
}

/// Hands out buffers and takes them back.
class Pool {
 public:
  explicit Pool(BufferPlan& plan) : plan_(&plan) {}

  /// The free buffer that has to grow least, or a new one.
  void take(std::size_t node, std::size_t columns) {
    const auto growth = [&](std::size_t buffer) {
      const std::size_t has = plan_->columns[buffer];
      return columns > has ? columns - has : std::size_t{0};
    };
    auto best = std::ranges::min_element(free_, {}, growth);
    if (best == free_.end()) {
      plan_->of[node] = plan_->columns.size();
      plan_->columns.push_back(columns);
      return;
    }
    plan_->of[node] = *best;
    plan_->columns[*best] = std::max(plan_->columns[*best], columns);
    free_.erase(best);
  }

  void give_back(std::size_t node) { free_.push_back(plan_->of[node]); }

 private:
  BufferPlan* plan_;
  std::vector<std::size_t> free_;
};

/// What the parts of the plan are made from.
struct Planner {
  const Graph& graph;
  const std::vector<Node>& nodes;
  bool for_backward;
  std::span<const std::size_t> taps;
  Plan plan;
  std::vector<std::size_t> segment_of;
  std::vector<std::vector<std::size_t>> consumers;

  Planner(const Graph& planned, bool backward, std::span<const std::size_t> tapped,
          bool input_gradient)
      : graph(planned),
        nodes(planned.nodes()),
        for_backward(backward),
        taps(tapped),
        segment_of(nodes.size()),
        consumers(nodes.size()) {
    for (BufferPlan* buffers : {&plan.values, &plan.gradients, &plan.kept, &plan.kept_gradients}) {
      buffers->of.assign(nodes.size(), BufferPlan::nowhere);
    }
    plan.needs_gradient = graph.need_gradient();
    if (input_gradient) {
      plan.needs_gradient.assign(nodes.size(), true);
    }
    for (std::size_t u = 1; u < nodes.size(); ++u) {
      for (const std::size_t v : nodes[u].inputs) {
        add_once(consumers[v], u);
      }
    }
  }

  [[nodiscard]] std::size_t columns(std::size_t node) const { return nodes[node].output.size(); }
  [[nodiscard]] bool has_sums(std::size_t node) const {
    return node > 0 && layer_of(nodes[node]).global_sums() != nullptr;
  }
  [[nodiscard]] bool is_result(std::size_t node) const {
    return node == graph.output() || contains(taps, node);
  }
  /// The segment with which a node's backward runs.
  [[nodiscard]] std::size_t backward_segment(std::size_t node) const {
    return segment_of[node] - (has_sums(node) ? 1 : 0);
  }

  [[nodiscard]] bool backward_reads(std::size_t v) const {
    if (v > 0 && plan.needs_gradient[v] && layer_of(nodes[v]).backward_needs().output) {
      return true;
    }
    return std::ranges::any_of(consumers[v], [&](std::size_t u) {
      return plan.needs_gradient[u] && layer_of(nodes[u]).backward_needs().input;
    });
  }

  void cut_into_segments() {
    plan.segments.push_back({.begin = 0});
    for (std::size_t u = 0; u < nodes.size(); ++u) {
      if (has_sums(u)) {
        plan.segments.back().end = u;
        plan.segments.push_back({.begin = u});
      }
      segment_of[u] = plan.segments.size() - 1;
    }
    plan.segments.back().end = nodes.size();
    for (std::size_t s = 0; s < plan.segments.size(); ++s) {
      auto& segment = plan.segments[s];
      // The next segment's first layer adds up its sums here.
      const std::size_t reads_end = std::min(segment.end + 1, nodes.size());
      for (std::size_t u = std::max<std::size_t>(1, segment.begin); u < reads_end; ++u) {
        for (const std::size_t v : nodes[u].inputs) {
          if (v == 0) {
            segment.uses_input = true;
          } else if (segment_of[v] < s) {
            add_once(segment.loads, v);
            add_once(plan.segments[segment_of[v]].stores, v);
          }
        }
      }
    }
    plan.segments.front().uses_input = true;
  }

  /// A value is needed until its last reader, or to the end where backward reads it or it is asked
  /// for. The input has memory of its own.
  void place_values() {
    Pool pool(plan.values);
    for (std::size_t u = 1; u < nodes.size(); ++u) {
      pool.take(u, columns(u));
      for (std::size_t v = 1; v <= u; ++v) {
        const std::size_t last = consumers[v].empty() ? v : consumers[v].back();
        if (last == u && !is_result(v) && !(for_backward && backward_reads(v))) {
          pool.give_back(v);
        }
      }
    }
  }

  /// From the last node to the first: a node's gradient is needed from its last reader, which gives
  /// the first part of it, until its own backward. The output's has memory of its own.
  void place_gradients() {
    Pool pool(plan.gradients);
    plan.arrives_first.resize(nodes.size());
    plan.has_gradient.assign(nodes.size(), false);
    plan.has_gradient[graph.output()] = true;
    for (std::size_t u = nodes.size(); u-- > 1;) {
      if (!plan.needs_gradient[u]) {
        continue;
      }
      if (!plan.has_gradient[u]) {
        pool.take(u, columns(u));  // a tap alone may give one
      }
      std::size_t added = 0;
      for (const std::size_t v : nodes[u].inputs) {
        const bool first = plan.needs_gradient[v] && !plan.has_gradient[v];
        plan.arrives_first[u].push_back(first);
        if (first) {
          pool.take(v, columns(v));
          plan.has_gradient[v] = true;
        } else if (plan.needs_gradient[v]) {
          added += columns(v);
        }
      }
      plan.added_columns = std::max(plan.added_columns, added);
      if (u != graph.output()) {
        pool.give_back(u);
      }
    }
  }

  /// Which gradients pass from one segment to an earlier one.
  void pass_gradients_on() {
    for (std::size_t v = 1; v < nodes.size(); ++v) {
      if (!plan.needs_gradient[v]) {
        continue;
      }
      const std::size_t home = backward_segment(v);
      bool begun = false;
      for (std::size_t s = plan.segments.size(); s-- > home;) {
        const bool arrives = (v == graph.output() && s == segment_of[v]) ||
                             std::ranges::any_of(consumers[v], [&](std::size_t u) {
                               return plan.needs_gradient[u] && backward_segment(u) == s;
                             });
        // Sums of a layer's gradients are made in the segment that it begins.
        if (!arrives && s != home && s != segment_of[v]) {
          continue;
        }
        if (begun) {
          plan.segments[s].gradient_loads.push_back(v);
        }
        begun = true;
        if (s > home) {
          plan.segments[s].gradient_stores.push_back(v);
        }
      }
    }
  }

  /// Values that cross segments are read for the last time by backward of the first segment that
  /// loads them; from then on their buffer may take a gradient.
  void keep_for_the_batch() {
    for (std::size_t v = 0; v < nodes.size(); ++v) {
      const bool crosses = std::ranges::any_of(
          plan.segments, [&](const Segment& s) { return contains(s.stores, v); });
      if ((for_backward && crosses) || is_result(v)) {
        plan.kept.of[v] = plan.kept.columns.size();
        plan.kept.columns.push_back(columns(v));
      }
    }
    if (!for_backward) {
      return;
    }
    std::vector<std::size_t> free;
    for (std::size_t s = plan.segments.size(); s-- > 0;) {
      for (const std::size_t v : plan.segments[s].loads) {
        const bool earlier =
            std::ranges::any_of(std::span(plan.segments).first(s),
                                [&](const Segment& other) { return contains(other.loads, v); });
        if (!earlier && !is_result(v)) {
          free.push_back(plan.kept.of[v]);
        }
      }
      for (const std::size_t v : plan.segments[s].gradient_stores) {
        if (v == graph.output() || plan.kept_gradients.of[v] != BufferPlan::nowhere) {
          continue;
        }
        const auto fits = std::ranges::find(
            free, columns(v), [&](std::size_t buffer) { return plan.kept.columns[buffer]; });
        if (fits != free.end()) {
          plan.kept_gradients.of[v] = *fits;
          free.erase(fits);
        } else {
          plan.kept_gradients.of[v] = plan.kept.columns.size();
          plan.kept.columns.push_back(columns(v));
        }
      }
    }
  }
};

}  // namespace

Plan make_plan(const Graph& graph, bool for_backward, std::span<const std::size_t> taps,
               bool input_gradient) {
  Planner planner(graph, for_backward, taps, input_gradient);
  planner.cut_into_segments();
  if (input_gradient && planner.plan.segments.size() > 1) {
    throw std::logic_error("the gradient by the input of a network with sums over the batch");
  }
  planner.place_values();
  if (for_backward) {
    planner.place_gradients();
    planner.pass_gradients_on();
  }
  planner.keep_for_the_batch();
  return std::move(planner.plan);
}

}  // namespace infomax::nn
