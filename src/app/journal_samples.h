// A run's journal as samples to send: the same samples in the same order whenever it is read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "exporting/run_series.h"
#include "exporting/sample.h"
#include "runs/journal_notes.h"
#include "series/journal/read_journal.h"

namespace gpubench::app {

// The labels of a run's series. `benchmark`: its image or command.
exporting::RunLabels run_labels(const record::RunFacts& run, const std::string& benchmark);

// Beyond every place in a journal.
inline constexpr exporting::Place kEverything{std::numeric_limits<std::uint64_t>::max(), 0};

// Follows a journal that may still grow, holding a part of it (1 MiB) at a time. One thread.
class JournalSamples {
 public:
  JournalSamples(std::filesystem::path run_directory, exporting::Names names);
  ~JournalSamples();
  JournalSamples(JournalSamples&&) noexcept;
  JournalSamples& operator=(JournalSamples&&) noexcept;

  // Appends samples that follow, `most` of them at most and none that is not before `until`. Nothing appended: there is
  // nothing more by now.
  base::Result<void> read(std::vector<exporting::Sample>& out, std::size_t most, exporting::Place until = kEverything);
  // What a run that was stopped early did not leave in the journal: added after everything that it did.
  void add_after(const std::string& results_note);

  // Grows with reading; positions stay.
  [[nodiscard]] const std::vector<exporting::Series>& series() const;
  // Of them, those that are known from the start: a part of the journal has them within a short time. The others (results,
  // carbon) may be of any time of the run.
  [[nodiscard]] std::size_t regular_series() const;
  // Known once the journal's first note was read.
  [[nodiscard]] const runs::JournalledRun& run() const;
  // What ends each series that has lasted through the run, just after the last value of all: no samples of the journal.
  // Results and events are moments and have no end.
  [[nodiscard]] std::vector<exporting::Sample> end_markers() const;
  // Samples handed out.
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] bool has_results() const;

 private:
  class Translation;
  base::Result<void> read_on();

  std::filesystem::path run_directory_;
  std::unique_ptr<Translation> translation_;
  series::JournalCursor cursor_;
  std::uint64_t count_ = 0;
};

}  // namespace gpubench::app
