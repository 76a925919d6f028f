// What a run writes while it lasts: the log of this tool, the journal, and the series that write to it.
#pragma once

#include <spdlog/fwd.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "beside/watch.h"
#include "cli/run_spec.h"
#include "meter/gpu_meter.h"
#include "parts/part.h"
#include "record/measured.h"
#include "record/run_record.h"
#include "runs/run_directory.h"
#include "series/gpu_series.h"
#include "series/journal/journal.h"
#include "workload/workload.h"

namespace gpubench::run {

// What a run is called: --name, else the image's or program's.
std::string run_name(const cli::RunSpec& spec);

class Recording {
 public:
  // Makes the run's folder; after an error there is none. `part`: of a job, in whose folder it is; null: it is none.
  static base::Result<std::unique_ptr<Recording>> create(const cli::RunSpec& spec, base::WallTime start,
                                                         const std::vector<meter::GpuDescription>& gpus,
                                                         const parts::Part* part = nullptr);

  [[nodiscard]] const runs::RunDirectory& directory() const { return directory_; }
  [[nodiscard]] const std::vector<series::GpuSeries>& series() const { return series_; }
  std::vector<series::GpuSeries>& series() { return series_; }
  spdlog::logger& log() { return *log_; }
  void note(std::string_view line) { journal_->note(line); }  // of the journal; any thread

  // What the journal says of the run, with what else it needs: a damaged part of it costs what it holds, not the run.
  void note_facts(const record::RunFacts& facts, const workload::WorkloadDescription& workload);
  void repeat_facts(base::WallTime now);  // now and then: about once in each part of the journal; the sampler's thread
  void note_start(base::SteadyTime time);
  void note_end(const record::Measured& measured);

  // What stands beside the energy: to be taken from the start to the end of the benchmark.
  void watch_beside(const std::optional<beside::SlurmStep>& step, std::string node) {
    beside_.emplace(step, std::move(node));
  }
  void begin_beside(base::WallTime now);
  void end_beside(base::WallTime now);

  // The journal's last note. What is missing from the journal becomes a finding.
  void close(record::RunRecord& run);
  // Nothing was measured: removes the folder.
  void discard();

 private:
  explicit Recording(runs::RunDirectory directory) : directory_(std::move(directory)) {}
  base::Result<void> open(const cli::RunSpec& spec, const std::vector<meter::GpuDescription>& gpus);
  void save_beside();

  const runs::RunDirectory directory_;
  std::shared_ptr<spdlog::logger> log_;
  std::unique_ptr<series::Journal> journal_;
  std::vector<series::GpuSeries> series_;
  std::optional<beside::Watch> beside_;
  bool is_part_ = false;
  std::string facts_note_;
  base::WallTime next_facts_note_;  // of the sampler's thread
};

}  // namespace gpubench::run
