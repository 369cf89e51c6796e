// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/data/paged_rows.hpp"

namespace infomax::data {

/// The pages of a PagedRows that are in memory. One thread asks for pages and announces them; a
/// thread of this reads what was announced, if it may.
class PagedRows::Pages {
 public:
  /// Reads local page `page` into `out`, whose size it chooses up to the page's full size, and
  /// returns the part of `out` that has it.
  using Read = std::function<std::size_t(std::size_t page, std::span<std::byte> out)>;

  /// `pages` local pages of at most `page_bytes` bytes, of which `held` are in memory at a time.
  Pages(std::size_t pages, std::size_t page_bytes, std::size_t held, bool in_background, Read read);
  ~Pages();
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  [[nodiscard]] std::size_t held() const { return slots_.size(); }
  [[nodiscard]] std::size_t count() const { return slot_of_.size(); }
  [[nodiscard]] std::size_t bytes() const { return held() * page_bytes_; }

  /// Announces `uses` uses of a page. Returns false where there is no room for it.
  bool announce(std::size_t page, std::uint64_t uses);

  /// Returns the bytes of a page once it is read, valid until the next call of a member, and counts
  /// a use of it. Throws what the reading threw.
  std::span<const std::byte> use(std::size_t page);

 private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  enum class State : std::uint8_t { empty, queued, reading, ready, failed };
  struct Slot {
    Buffer<std::byte> bytes;
    std::size_t filled = 0;
    std::size_t page = none;
    State state = State::empty;
    std::uint64_t uses_to_come = 0;  // announced and not yet made
    std::uint64_t last_use = 0;      // by the clock
    std::exception_ptr failure;
  };

  [[nodiscard]] std::optional<std::size_t> free_slot(bool even_announced) const;
  void assign(std::size_t slot, std::size_t page);
  void read_now(Slot& slot);
  void read_in_background();

  std::size_t page_bytes_;
  bool in_background_;
  Read read_;
  std::vector<Slot> slots_;
  std::vector<std::size_t> slot_of_;  // [pages], or none
  std::uint64_t clock_ = 0;

  std::mutex mutex_;  // of the slots' states, bytes and failures, the queue and the end
  std::condition_variable changed_;
  std::deque<std::size_t> queue_;  // slots to read
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace infomax::data
