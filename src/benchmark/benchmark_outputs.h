// The outputs of a benchmark, or of each of several: its log and its score.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "benchmark/benchmark_log.h"
#include "platform/clock.h"
#include "record/finding.h"
#include "workload/spec.h"
#include "workload/workload.h"

namespace gpubench::benchmark {

// Names of the outputs in the run's folder. Of several, the files and folders have the container's number from 1.
struct OutputNames {
  std::string log;
  std::string log_times;
  std::string results;  // in benchmark_results; empty: that itself
};
OutputNames output_names(std::size_t benchmarks, std::size_t part);

struct OutputPlan {
  std::filesystem::path folder;                          // of the run
  std::uint64_t log_cap_bytes = std::uint64_t{1} << 30;  // of each log
  LogPhaseOptions phases = {};                           // looked for in the logs; they become files in the folder "marks"
  std::function<void(std::string)> watch;  // given what is to be shown of the logs, from any thread; may be empty
};

// Whether result files were left out when they were collected: a list of them is there.
bool left_some_out(const std::filesystem::path& results);

// The logs and scores of all parts.
class BenchmarkOutputs {
 public:
  static base::Result<std::unique_ptr<BenchmarkOutputs>> create(const std::vector<workload::BenchmarkSpec>& benchmarks,
                                                                const OutputPlan& plan, const platform::Clock& clock);
  // Where each part's output goes. Owned by this.
  [[nodiscard]] std::vector<workload::LogSink*> sinks() const;
  // Completes the logs; what is missing from them becomes findings.
  void close(std::vector<record::Finding>& findings);
  // After close(): what each part reports, in its log or the collected results. Empty path: there are none.
  [[nodiscard]] std::vector<BenchmarkScore> scores(const std::filesystem::path& results) const;

 private:
  explicit BenchmarkOutputs(std::vector<workload::BenchmarkSpec> benchmarks) : benchmarks_(std::move(benchmarks)) {}
  [[nodiscard]] OutputNames names(std::size_t part) const { return output_names(benchmarks_.size(), part); }

  std::vector<workload::BenchmarkSpec> benchmarks_;
  std::vector<std::unique_ptr<BenchmarkLog>> logs_;
};

}  // namespace gpubench::benchmark
