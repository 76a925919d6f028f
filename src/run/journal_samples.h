// A run's journal as samples to send: the same samples in the same order whenever it is read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "exporting/run_series.h"
#include "exporting/sample.h"
#include "exporting/source.h"
#include "runs/journal_notes.h"
#include "series/journal/read_journal.h"

namespace gpubench::run {

// The labels of a run's series. `benchmark`: its image or command.
exporting::RunLabels run_labels(const record::RunFacts& run, const std::string& benchmark);

// Follows a journal that may still grow, holding a part of it (1 MiB) at a time. Its run is known once the journal's first
// note was read.
class JournalSamples final : public exporting::Source {
 public:
  JournalSamples(std::filesystem::path run_directory, exporting::Names names);
  ~JournalSamples() override;
  JournalSamples(const JournalSamples&) = delete;
  JournalSamples& operator=(const JournalSamples&) = delete;

  base::Result<void> read(std::vector<exporting::Sample>& out, std::size_t most, exporting::Place until) override;
  void rewind() override;
  void add_after(const std::string& results_note) override;

  [[nodiscard]] const std::vector<exporting::Series>& series() const override;
  [[nodiscard]] std::size_t regular_series() const override;
  [[nodiscard]] std::string run_id() const override;
  [[nodiscard]] std::vector<exporting::Sample> end_markers() const override;
  [[nodiscard]] std::uint64_t count() const override { return count_; }
  [[nodiscard]] bool has_results() const override;

 private:
  class Translation;
  base::Result<void> read_on();

  const std::filesystem::path run_directory_;
  const exporting::Names names_;
  std::unique_ptr<Translation> translation_;
  series::JournalCursor cursor_;
  std::uint64_t count_ = 0;
};

std::unique_ptr<exporting::Source> make_journal_samples(const std::filesystem::path& run_directory, exporting::Names names);

}  // namespace gpubench::run
