// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "infomax/nn/graph.hpp"
#include "infomax/nn/shape.hpp"
#include "infomax/nn/spec.hpp"

/// @file
/// Networks of several views as one: views(view:D(ITEMS),...), whose input has the columns of all
/// views side by side, and whose output has what each view's items make of its own.

namespace infomax::nn {

/// The network of a view.
struct ViewSpec {
  Shape input;        ///< of a sample of this view
  std::string items;  ///< what is made of it, as parse_spec() takes it
};

/// One network of all views. Throws UsageError as parse_spec() does.
[[nodiscard]] Spec join_views(std::span<const ViewSpec> views);

/// The views of a network that join_views() made; none of another one.
[[nodiscard]] std::vector<ViewSpec> views_of(const Spec& spec);

/// The same views without the last item of each; one without items keeps its input.
[[nodiscard]] std::vector<ViewSpec> without_last(std::vector<ViewSpec> views);

/// The part of a view in a network of views.
struct ViewPart {
  std::size_t outputs = 0;          ///< columns that are its own, after those of earlier views
  std::size_t first_parameter = 0;  ///< of its own in the flat vector ...
  std::size_t parameter_count = 0;  ///< ... which lie together
  std::size_t last_node = 0;        ///< the node whose value its columns are
};

/// The parts of a graph of join_views(), view by view.
[[nodiscard]] std::vector<ViewPart> parts_of_views(const Graph& graph);

}  // namespace infomax::nn
