// A series that also goes into the run's journal.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "series/journal/journal.h"
#include "series/series.h"

namespace gpubench::series {

// Read from `kept`, written to it and to the journal, which must outlive it.
template <class T>
class JournalSeries final : public Series<T> {
 public:
  JournalSeries(std::unique_ptr<Series<T>> kept, Journal& journal, std::uint16_t gpu)
      : kept_(std::move(kept)), journal_(journal), gpu_(gpu) {}

  void append(const T& value) override {
    kept_->append(value);
    journal_.append(gpu_, value);
  }
  [[nodiscard]] std::size_t size() const override { return kept_->size(); }
  [[nodiscard]] std::size_t read(std::size_t first, std::span<T> out) const override { return kept_->read(first, out); }
  [[nodiscard]] std::optional<base::Error> write_error() const override { return kept_->write_error(); }

 private:
  std::unique_ptr<Series<T>> kept_;
  Journal& journal_;
  std::uint16_t gpu_;
};

}  // namespace gpubench::series
