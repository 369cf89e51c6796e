// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <utility>

#include <hdf5.h>

namespace infomax::hdf5 {

/// Owns one HDF5 identifier and the function that closes it. Move-only; the destructor never
/// throws.
class Handle {
 public:
  using Close = herr_t (*)(hid_t);  ///< such as H5Fclose

  Handle() = default;
  /// Owns `id`, which `close` closes; a negative id is that of a failed call and owns nothing.
  Handle(hid_t id, Close close) : id_(id), close_(close) {}
  ~Handle();
  /// `other` owns nothing afterwards.
  Handle(Handle&& other) noexcept
      : id_(std::exchange(other.id_, H5I_INVALID_HID)), close_(other.close_) {}
  /// Exchanges the identifiers: `other` closes what this owned.
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  [[nodiscard]] hid_t id() const { return id_; }         ///< negative where nothing is owned
  [[nodiscard]] bool valid() const { return id_ >= 0; }  ///< whether an identifier is owned

  /// Releases the identifier without closing it.
  hid_t release() { return std::exchange(id_, H5I_INVALID_HID); }

 private:
  hid_t id_ = H5I_INVALID_HID;
  Close close_ = nullptr;
};

}  // namespace infomax::hdf5
