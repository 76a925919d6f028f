#include "benchmark/benchmark_outputs.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "base/try.h"
#include "record/run_record.h"
#include "workload/container_settings.h"

namespace gpubench::benchmark {
namespace {

// Puts the container's number before each line; what is not a whole line yet waits.
class NumberedLines {
 public:
  NumberedLines(std::size_t number, std::function<void(std::string)> show)
      : prefix_("[" + std::to_string(number) + "] "), show_(std::move(show)) {}

  void operator()(const std::string& bytes) {
    waiting_ += bytes;
    const std::size_t end = waiting_.rfind('\n');
    if (end == std::string::npos && waiting_.size() < kLongestWait) return;
    const std::size_t size = end == std::string::npos ? waiting_.size() : end + 1;
    std::string lines;
    for (std::size_t at = 0; at < size;) {
      const std::size_t next = std::min(waiting_.find('\n', at), size - 1) + 1;
      lines += prefix_ + waiting_.substr(at, next - at);
      at = next;
    }
    if (end == std::string::npos) lines += '\n';
    waiting_.erase(0, size);
    show_(std::move(lines));
  }

 private:
  static constexpr std::size_t kLongestWait = 4096;
  std::string prefix_;
  std::function<void(std::string)> show_;
  std::string waiting_;
};

}  // namespace

bool left_some_out(const std::filesystem::path& results) {
  constexpr int kDeepest = 2;  // of several containers, the folder of a --results-path
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator entry(results, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry.depth() >= kDeepest) entry.disable_recursion_pending();
    if (entry->path().filename() == "skipped.txt") return true;
  }
  return false;
}

OutputNames output_names(std::size_t benchmarks, std::size_t part) {
  if (benchmarks == 1) return {"benchmark.log", "benchmark_log_times.csv", ""};
  const std::string number = std::to_string(part + 1);
  return {record::part_log_name(part), "benchmark_" + number + "_log_times.csv", number};
}

base::Result<std::unique_ptr<BenchmarkOutputs>> BenchmarkOutputs::create(
    const std::vector<workload::BenchmarkSpec>& benchmarks, const OutputPlan& plan, const platform::Clock& clock) {
  std::unique_ptr<BenchmarkOutputs> outputs(new BenchmarkOutputs(benchmarks));
  for (std::size_t part = 0; part < benchmarks.size(); ++part) {
    BenchmarkLogOptions logging;
    logging.file.path = plan.folder / outputs->names(part).log;
    logging.file.times_path = plan.folder / outputs->names(part).log_times;
    logging.file.cap_bytes = plan.log_cap_bytes;
    logging.phases = plan.phases;
    logging.marks_path = plan.folder / "marks" / ("log-" + std::to_string(part + 1));
    if (const auto& regex = benchmarks[part].score_regex)
      GPUBENCH_ASSIGN_OR_RETURN(logging.score, ScorePattern::compile(*regex));
    if (plan.watch && benchmarks.size() == 1)
      logging.watch = plan.watch;
    else if (plan.watch)
      logging.watch = NumberedLines(part + 1, plan.watch);
    auto log = BenchmarkLog::create(std::move(logging), clock);
    if (!log) return base::failure(log.error());
    outputs->logs_.push_back(std::move(*log));
  }
  return outputs;
}

std::vector<workload::LogSink*> BenchmarkOutputs::sinks() const {
  std::vector<workload::LogSink*> sinks;
  sinks.reserve(logs_.size());
  for (const auto& log : logs_) sinks.push_back(log.get());
  return sinks;
}

void BenchmarkOutputs::close(std::vector<record::Finding>& findings) {
  for (std::size_t part = 0; part < logs_.size(); ++part) {
    const auto closed = logs_[part]->close();
    const std::string where = logs_.size() == 1 ? "" : names(part).log + ": ";
    if (!closed) findings.emplace_back(record::LogIncomplete{where + closed.error().message});
  }
}

std::vector<BenchmarkScore> BenchmarkOutputs::scores(const std::filesystem::path& results) const {
  std::vector<BenchmarkScore> scores;
  for (std::size_t part = 0; part < logs_.size(); ++part) {
    BenchmarkScore score{logs_[part]->score(), {}};
    if (benchmarks_[part].score_regex && !score.seconds) score.trouble = "--score-regex found no number in its log";
    if (const std::size_t lines = logs_[part]->lines_given_up(); lines > 0)
      base::add_item(score.trouble, "--score-regex took too long on " + std::to_string(lines) +
                                        (lines == 1 ? " line of its log" : " lines of its log"));
    const auto add = [&](const std::filesystem::path& folder) {
      const BenchmarkScore found = results.empty() ? BenchmarkScore{} : read_score(folder);
      if (!score.seconds) score.seconds = found.seconds;
      if (!score.work) score.work = found.work;
      base::add_item(score.trouble, found.trouble);
    };
    const auto folder = results / names(part).results;
    add(folder);
    for (const auto& of_path : workload::results_folders(benchmarks_[part].container.results_paths))
      add(folder / of_path.name);
    scores.push_back(std::move(score));
  }
  return scores;
}

}  // namespace gpubench::benchmark
