// Figures of something that consists of several runs, as samples to send: they are known from the start and of one moment.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "exporting/sample.h"
#include "exporting/source.h"

namespace gpubench::exporting {

class FigureSamples final : public Source {
 public:
  // `record`: of all places; one that has grown is sent again.
  FigureSamples(std::string id, std::int64_t time_ms, std::uint64_t record)
      : id_(std::move(id)), time_ms_(time_ms), place_{record, 0} {}

  // A value that is not finite is left out.
  void add(std::string_view name, const Labels& labels, double value);

  base::Result<void> read(std::vector<Sample>& out, std::size_t most, Place until) override;
  void rewind() override { next_ = 0; }
  void add_after(const std::string& /*results_note*/) override {}

  [[nodiscard]] const std::vector<Series>& series() const override { return series_; }
  [[nodiscard]] std::size_t regular_series() const override { return series_.size(); }
  [[nodiscard]] std::string run_id() const override { return id_; }
  [[nodiscard]] std::vector<Sample> end_markers() const override { return {}; }
  [[nodiscard]] std::uint64_t count() const override { return next_; }
  [[nodiscard]] bool has_results() const override { return true; }

 private:
  const std::string id_;
  const std::int64_t time_ms_;
  Place place_;  // of the next
  std::vector<Series> series_;
  std::vector<Sample> samples_;
  std::size_t next_ = 0;  // of the samples: not read yet
};

}  // namespace gpubench::exporting
