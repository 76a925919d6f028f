// Where the samples to send come from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "base/result.h"
#include "exporting/sample.h"

namespace gpubench::exporting {

// Beyond every place in a source.
inline constexpr Place kEverything{std::numeric_limits<std::uint64_t>::max(), 0};

// The same samples in the same order whenever it is read; more may follow while the run lasts. One thread.
class Source {
 public:
  virtual ~Source() = default;

  // Appends samples that follow, `most` of them at most and none that is not before `until`. Nothing appended: there is
  // nothing more by now.
  virtual base::Result<void> read(std::vector<Sample>& out, std::size_t most, Place until) = 0;
  // Reading begins again.
  virtual void rewind() = 0;
  // The results of a run that was killed, a note as journal/results.h makes them: read after everything else.
  virtual void add_after(const std::string& results_note) = 0;

  // Grows with reading; positions stay.
  [[nodiscard]] virtual const std::vector<Series>& series() const = 0;
  // Of them, those that are known from the start: a part of the source has them within a short time. The others (results,
  // carbon) may be of any time of the run.
  [[nodiscard]] virtual std::size_t regular_series() const = 0;
  // Known once the first sample was read.
  [[nodiscard]] virtual std::string run_id() const = 0;
  // What ends each series that has lasted through the run, just after the last value of all: no samples of the source.
  // Results and events are moments and have no end.
  [[nodiscard]] virtual std::vector<Sample> end_markers() const = 0;
  // Samples read.
  [[nodiscard]] virtual std::uint64_t count() const = 0;
  [[nodiscard]] virtual bool has_results() const = 0;
};

}  // namespace gpubench::exporting
