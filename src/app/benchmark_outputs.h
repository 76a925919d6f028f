// The outputs of a benchmark, or of each of several: its log and its score.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/benchmark_log.h"
#include "app/options.h"
#include "base/result.h"
#include "platform/clock.h"
#include "record/finding.h"
#include "runs/run_directory.h"
#include "workload/workload.h"

namespace gpubench::app {

// Names of the outputs in the run's folder. Of several, the files and folders have the container's number from 1.
struct OutputNames {
  std::string log;
  std::string log_times;
  std::string results;  // in benchmark_results; empty: that itself
};
OutputNames output_names(const Options& options, std::size_t part);

// How many containers, or 1.
std::size_t part_count(const Options& options);

// Whether result files were left out when they were collected: a list of them is there.
bool left_some_out(const std::filesystem::path& results);

// The logs and scores of all parts.
class BenchmarkOutputs {
 public:
  // `watch` gets the part of the logs to be shown, from any thread; may be empty.
  static base::Result<std::unique_ptr<BenchmarkOutputs>> create(const Options& options, const runs::RunDirectory& directory,
                                                                const platform::Clock& clock,
                                                                const std::function<void(std::string)>& watch);
  // Where each part's output goes. Owned by this.
  [[nodiscard]] std::vector<workload::LogSink*> sinks() const;
  // Completes the logs; what is missing from them becomes findings.
  void close(std::vector<record::Finding>& findings);
  // After close(): what each part reports, in its log or the collected results. Empty path: there are none.
  [[nodiscard]] std::vector<BenchmarkScore> scores(const std::filesystem::path& results) const;

 private:
  explicit BenchmarkOutputs(const Options& options) : options_(options) {}

  const Options& options_;
  std::vector<std::unique_ptr<BenchmarkLog>> logs_;
};

}  // namespace gpubench::app
