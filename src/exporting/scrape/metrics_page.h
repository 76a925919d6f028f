// The answer to a scrape while a run lasts: the names and labels of the export, values of the last interval.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "exporting/run_series.h"
#include "exporting/scrape/exposition.h"
#include "record/progress.h"
#include "series/gpu_series.h"

namespace gpubench::exporting {

// The sampler leaves a snapshot, and a scrape reads the last one: nobody waits for the other longer than a pointer's
// exchange.
class MetricsPage {
 public:
  // `counted`: positions of the benchmark's GPUs. `series` must outlive it.
  MetricsPage(RunLabels run, std::string region, std::vector<std::size_t> counted, base::ClockAnchor anchor,
              const std::vector<series::GpuSeries>& series);

  // The benchmark runs, and has ended. Any thread.
  void begin(base::SteadyTime time);
  void end(base::SteadyTime time);
  // From the sampler's thread.
  void show(const record::Progress& progress);
  // Any thread.
  [[nodiscard]] std::string text() const;

 private:
  struct Snapshot {
    record::Progress progress;
    std::vector<std::optional<base::Energy>> counters;  // the driver's, one per GPU
  };
  using Values = std::vector<CurrentValue>;
  void add_gpus(Values& values, const Snapshot& now) const;
  void add_energies(Values& values, const Snapshot& now) const;
  void add_carbon(Values& values, const record::CarbonNow& carbon) const;

  const RunLabels run_;
  const std::string region_;
  const std::vector<std::size_t> counted_;
  const base::ClockAnchor anchor_;
  const std::vector<series::GpuSeries>& series_;
  mutable std::mutex mutex_;  // guards the next three
  std::shared_ptr<const Snapshot> snapshot_ = std::make_shared<Snapshot>();
  std::optional<base::SteadyTime> began_;
  std::optional<base::SteadyTime> ended_;
};

}  // namespace gpubench::exporting
