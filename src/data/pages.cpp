// SPDX-License-Identifier: BSD-3-Clause
#include "data/pages.hpp"

#include <algorithm>
#include <utility>

namespace infomax::data {

PagedRows::Pages::Pages(std::size_t pages, std::size_t page_bytes, std::size_t held,
                        bool in_background, Read read)
    : page_bytes_(page_bytes),
      in_background_(in_background),
      read_(std::move(read)),
      slots_(std::min(held, pages)),
      slot_of_(pages, none) {
  if (in_background_ && pages > 0) {
    thread_ = std::thread([this] { read_in_background(); });
  }
}

PagedRows::Pages::~Pages() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) {
    thread_.join();
  }
}

/// An empty slot, or that of the page that was not used for the longest time, of those whose
/// announced uses have been made. Called with the lock.
std::optional<std::size_t> PagedRows::Pages::free_slot(bool even_announced) const {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const Slot& slot = slots_[i];
    if (slot.state == State::empty) {
      return i;
    }
    const bool is_settled = slot.state == State::ready || slot.state == State::failed;
    if (is_settled && (even_announced || slot.uses_to_come == 0) &&
        (!found || slot.last_use < slots_[*found].last_use)) {
      found = i;
    }
  }
  return found;
}

/// The slot is to hold the page, which is still to be read. Called with the lock.
void PagedRows::Pages::assign(std::size_t slot, std::size_t page) {
  Slot& taken = slots_[slot];
  if (taken.page != none) {
    slot_of_[taken.page] = none;
  }
  if (taken.bytes.size() < page_bytes_) {
    taken.bytes.resize(page_bytes_);
  }
  taken.page = page;
  taken.state = State::queued;
  taken.uses_to_come = 0;
  taken.last_use = ++clock_;
  taken.failure = nullptr;
  slot_of_[page] = slot;
}

bool PagedRows::Pages::announce(std::size_t page, std::uint64_t uses) {
  if (!in_background_) {
    return false;
  }
  {
    const std::lock_guard lock(mutex_);
    if (slot_of_[page] == none) {
      const auto slot = free_slot(false);
      if (!slot) {
        return false;
      }
      assign(*slot, page);
      queue_.push_back(*slot);
    }
    slots_[slot_of_[page]].uses_to_come += uses;
  }
  changed_.notify_all();
  return true;
}

std::span<const std::byte> PagedRows::Pages::use(std::size_t page) {
  std::unique_lock lock(mutex_);
  if (slot_of_[page] == none) {
    std::optional<std::size_t> slot = free_slot(false);
    while (!slot && !(slot = free_slot(true))) {
      changed_.wait(lock);  // until a page has been read that can make room
    }
    assign(*slot, page);
    if (in_background_) {
      queue_.push_front(*slot);
      changed_.notify_all();
    }
  }
  Slot& slot = slots_[slot_of_[page]];
  if (!in_background_ && slot.state == State::queued) {
    read_now(slot);
  } else if (slot.state == State::queued) {
    // It is wanted before all that only was announced.
    const std::size_t index = slot_of_[page];
    const auto place = std::ranges::find(queue_, index);
    if (place != queue_.end() && place != queue_.begin()) {
      queue_.erase(place);
      queue_.push_front(index);
    }
  }
  changed_.wait(lock, [&] { return slot.state == State::ready || slot.state == State::failed; });
  if (slot.failure) {
    std::rethrow_exception(slot.failure);
  }
  slot.uses_to_come -= slot.uses_to_come > 0 ? 1 : 0;
  slot.last_use = ++clock_;
  return std::span<const std::byte>(slot.bytes).first(slot.filled);
}

/// Fills the slot by this thread, which is the only one.
void PagedRows::Pages::read_now(Slot& slot) {
  try {
    slot.filled = read_(slot.page, slot.bytes);
    slot.state = State::ready;
  } catch (...) {
    slot.failure = std::current_exception();
    slot.state = State::failed;
  }
}

void PagedRows::Pages::read_in_background() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return ended_ || !queue_.empty(); });
    if (ended_) {
      return;
    }
    Slot& slot = slots_[queue_.front()];
    queue_.pop_front();
    slot.state = State::reading;
    const std::size_t page = slot.page;
    lock.unlock();
    std::size_t filled = 0;
    std::exception_ptr failure;
    try {
      filled = read_(page, slot.bytes);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    slot.filled = filled;
    slot.failure = failure;
    slot.state = failure ? State::failed : State::ready;
    changed_.notify_all();
  }
}

}  // namespace infomax::data
