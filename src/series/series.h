// Values in time order, appended by one thread and read by others. Long runs are not kept in memory: spool/ keeps a series
// in a file; MemorySeries is for short ones and tests.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <mutex>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

#include "base/result.h"
#include "meter/reading.h"

namespace gpubench::series {

// One writer, any number of readers. T is spooled as bytes, so it must be trivially copyable.
template <class T>
class Series {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  virtual ~Series() = default;
  virtual void append(const T& value) = 0;
  [[nodiscard]] virtual std::size_t size() const = 0;
  // Copies values [first, first + out.size()) that exist; returns how many.
  [[nodiscard]] virtual std::size_t read(std::size_t first, std::span<T> out) const = 0;
  // Values that a full or failing disk has cost, in words; empty while the series is complete. Ask at the end of a run.
  [[nodiscard]] virtual std::optional<base::Error> write_error() const { return std::nullopt; }
};

// Calls visit(value) for each value from `first` on, oldest first, holding only a few of them in memory.
template <class T, class Visit>
void for_each(const Series<T>& series, Visit visit, std::size_t first = 0) {
  std::array<T, 256> chunk;
  while (const std::size_t count = series.read(first, std::span<T>(chunk))) {
    for (std::size_t i = 0; i < count; ++i) visit(chunk[i]);
    first += count;
  }
}

// Empty: there is none yet.
template <class T>
std::optional<T> newest(const Series<T>& series) {
  std::array<T, 1> value;
  const std::size_t count = series.size();
  if (count == 0 || series.read(count - 1, std::span<T>(value)) != 1) return std::nullopt;
  return value[0];
}

template <class T>
class MemorySeries final : public Series<T> {
 public:
  MemorySeries() = default;
  explicit MemorySeries(std::vector<T> values) : values_(std::move(values)) {}
  void append(const T& value) override {
    const std::lock_guard lock(mutex_);
    values_.push_back(value);
  }
  [[nodiscard]] std::size_t size() const override {
    const std::lock_guard lock(mutex_);
    return values_.size();
  }
  [[nodiscard]] std::size_t read(std::size_t first, std::span<T> out) const override {
    const std::lock_guard lock(mutex_);
    if (first >= values_.size()) return 0;
    const std::size_t count = std::min(out.size(), values_.size() - first);
    std::copy_n(values_.begin() + static_cast<std::ptrdiff_t>(first), count, out.begin());
    return count;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<T> values_;
};

}  // namespace gpubench::series
