// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>

#include "infomax/core/matrix.hpp"
#include "infomax/train/checkpoint.hpp"

// n parameters, m pairs of history.
namespace infomax::train {

/// The points that the last m iterations came from and to, with the gradients of f there: what
/// liblbfgs's own history is made of, which it neither gives nor takes.
class LbfgsHistory {
 public:
  struct Entry {
    Buffer<double> point;     // [n]
    Buffer<double> gradient;  // [n]
  };

  explicit LbfgsHistory(std::size_t pairs) : most_(pairs + 1) {}

  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] const Entry& at(std::size_t index) const { return entries_[index]; }
  [[nodiscard]] const Entry& last() const { return entries_.back(); }

  void add(std::span<const double> point, std::span<const double> gradient) {
    Entry entry;
    if (entries_.size() == most_) {
      entry = std::move(entries_.front());
      entries_.pop_front();
    }
    entry.point.assign(point.begin(), point.end());
    entry.gradient.assign(gradient.begin(), gradient.end());
    entries_.push_back(std::move(entry));
  }

  void save(Checkpoint& checkpoint) const {
    for (std::size_t k = 0; k < entries_.size(); ++k) {
      checkpoint.put("lbfgs-point-" + std::to_string(k),
                     std::span<const double>(entries_[k].point));
      checkpoint.put("lbfgs-gradient-" + std::to_string(k),
                     std::span<const double>(entries_[k].gradient));
    }
  }

  /// Throws DataError where the sizes are not `count`'s.
  void load(const Checkpoint& checkpoint, std::size_t entries, std::size_t count) {
    for (std::size_t k = 0; k < entries; ++k) {
      Entry entry{Buffer<double>(count), Buffer<double>(count)};
      checkpoint.get("lbfgs-point-" + std::to_string(k), std::span<double>(entry.point));
      checkpoint.get("lbfgs-gradient-" + std::to_string(k), std::span<double>(entry.gradient));
      entries_.push_back(std::move(entry));
    }
  }

 private:
  std::size_t most_;
  std::deque<Entry> entries_;
};

/// Leads liblbfgs along a history again, so that its own becomes what it was: it is given values
/// that make it accept its first trial point of every iteration, and as it reports the iteration,
/// before it learns from it, point and gradient are put in their places. The differences it then
/// takes are those of the first time, bit for bit.
class LbfgsReplay {
 public:
  LbfgsReplay() = default;

  /// `value` is f at the last entry. The history must outlive this; it may grow once all is led
  /// along.
  LbfgsReplay(const LbfgsHistory& history, double value)
      : history_(&history), count_(history.size()), value_(value) {}

  /// Whether iterations are left to be led along.
  [[nodiscard]] bool under_way() const { return next_ < count_; }

  /// For a point that liblbfgs asks about: the first entry, and then its trial points.
  double answer(std::span<double> gradient) {
    if (next_ == 0) {
      std::ranges::copy(history_->at(0).gradient, gradient.begin());
      next_ = 1;
      return height(0);
    }
    // Along any direction half as steep as before, which the line search is content with.
    std::ranges::transform(history_->at(next_ - 1).gradient, gradient.begin(),
                           [](double element) { return 0.5 * element; });
    return height(next_);
  }

  /// For an iteration that liblbfgs reports.
  void accept(std::span<double> point, std::span<double> gradient) {
    std::ranges::copy(history_->at(next_).point, point.begin());
    std::ranges::copy(history_->at(next_).gradient, gradient.begin());
    ++next_;
  }

 private:
  /// Far above f, falling steeply to it.
  [[nodiscard]] double height(std::size_t entry) const {
    return value_ + 1e100 * static_cast<double>(count_ - 1 - entry);
  }

  const LbfgsHistory* history_ = nullptr;
  std::size_t count_ = 0;
  double value_ = 0.0;
  std::size_t next_ = 0;  // the entry that the iteration under way is led to
};

}  // namespace infomax::train
