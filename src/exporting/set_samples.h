// What a set says of its variants, as samples to send: the same in the same order as long as no run is added.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "exporting/run_series.h"
#include "exporting/sample.h"
#include "exporting/source.h"
#include "sets/roles.h"
#include "sets/run_set.h"

namespace gpubench::exporting {

// All are of the end of the set's last run.
class SetSamples final : public Source {
 public:
  SetSamples(const sets::RunSet& set, const sets::FiguresOfRuns& figures);

  base::Result<void> read(std::vector<Sample>& out, std::size_t most, Place until) override;
  void rewind() override { next_ = 0; }
  void add_after(const std::string& /*results_note*/) override {}

  [[nodiscard]] const std::vector<Series>& series() const override { return series_; }
  [[nodiscard]] std::size_t regular_series() const override { return series_.size(); }
  [[nodiscard]] std::string run_id() const override { return set_id_; }
  [[nodiscard]] std::vector<Sample> end_markers() const override { return {}; }
  [[nodiscard]] std::uint64_t count() const override { return next_; }
  [[nodiscard]] bool has_results() const override { return true; }

 private:
  const std::string set_id_;
  std::vector<Series> series_;
  std::vector<Sample> samples_;
  std::size_t next_ = 0;  // of the samples: not read yet
};

// Of a set's folder. A set that cannot be read has none.
std::unique_ptr<Source> make_set_samples(const std::filesystem::path& set_folder, Names names);

}  // namespace gpubench::exporting
