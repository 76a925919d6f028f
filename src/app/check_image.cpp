#include "app/check_image.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>

#include "app/workload_setup.h"
#include "base/text.h"
#include "base/try.h"
#include "benchmark/benchmark_log.h"
#include "benchmark/failure.h"
#include "meter/open.h"
#include "platform/clock.h"
#include "platform/signals.h"
#include "runs/run_directory.h"

namespace gpubench::app {
namespace {

constexpr base::Duration kImagePollPatience = std::chrono::milliseconds(500);
constexpr int kDoesNotFit = 1;
constexpr std::size_t kLogLinesShown = 10;

// What is checked, a line each.
class Verdict {
 public:
  void say(bool fits, const std::string& what, const std::string& remedy = {}) {
    std::cout << (fits ? "ok:     " : "FAILED: ") << what << "\n";
    if (!fits && !remedy.empty()) std::cout << "        " << remedy << "\n";
    all_fit_ = all_fit_ && fits;
  }
  static void skip(const std::string& what) { std::cout << "-:      " << what << "\n"; }
  [[nodiscard]] int exit_code() const { return all_fit_ ? 0 : kDoesNotFit; }

 private:
  bool all_fit_ = true;
};

class ImageCheck {
 public:
  ImageCheck(const Options& options, const Environment& environment) : options_(options), environment_(environment) {}

  int go() {
    if (const auto meter = meter::open_meter({options_.meter, options_.record_trace, environment_.nvml_library}, clock_)) {
      source_ = (*meter)->source();
      gpus_ = (*meter)->gpus();
    }
    if (const auto ran = run(); !ran) {
      verdict_.say(false, "it cannot be run: " + ran.error().message, ran.error().remedy);
      return verdict_.exit_code();
    }
    judge_gpus();
    judge_end();
    judge_results();
    return verdict_.exit_code();
  }

 private:
  base::Result<void> run() {
    auto directory = runs::make_run_directory(options_.results_dir,
                                              runs::make_run_id(clock_.wall_now(), "check-" + benchmark_name(options_)));
    if (!directory) return base::failure(directory.error());
    directory_ = std::move(*directory);
    benchmark::BenchmarkLogOptions logging;
    logging.file.path = directory_.file("benchmark.log");
    logging.file.cap_bytes = options_.log_cap_bytes;
    if (options_.score_regex)
      GPUBENCH_ASSIGN_OR_RETURN(logging.score, benchmark::ScorePattern::compile(*options_.score_regex));
    auto log = benchmark::BenchmarkLog::create(std::move(logging), clock_);
    if (!log) return base::failure(log.error());
    log_ = std::move(*log);
    const auto spec = workload_spec(options_, environment_);
    const auto gpus = gpus::find_workload_gpus(spec, source_, gpus_);
    if (!gpus) return base::failure(gpus.error());
    auto workload = make_workload(spec, {source_, *gpus, directory_, signals_.fd()}, clock_, {log_.get()});
    if (!workload) return base::failure(workload.error());
    workload_ = std::move(*workload);
    if (auto ready = workload_->prepare(); !ready) return ready;
    if (auto started = workload_->start(); !started) return started;
    verdict_.say(true, "it starts (" + workload_->description().engine + ")");
    return follow();
  }

  base::Result<void> follow() {
    signals_.allow(2);  // to stop it, to kill it
    for (int signals = 0; !outcome_;) {
      while (signals_.next()) ++signals == 1 ? workload_->stop() : workload_->kill();
      auto polled = workload_->poll(kImagePollPatience, signals_.fd());
      if (!polled) return base::failure(polled.error());
      outcome_ = std::move(*polled);
    }
    signals_.allow(1);
    static_cast<void>(log_->close());
    return {};
  }

  void judge_gpus() {
    const workload::WorkloadDescription& description = workload_->description();
    if (gpus_.empty()) {
      Verdict::skip("whether it sees GPUs: this machine has none");
    } else if (description.gpu_trouble.empty() && description.gpu_access == "none") {
      Verdict::skip("whether it sees GPUs: none was asked for");
    } else if (description.gpu_trouble.empty()) {
      verdict_.say(true, "it has its GPUs (by " + description.gpu_access + ")");
    } else {
      verdict_.say(false, "it has no GPU: " + description.gpu_trouble,
                   "install nvidia-container-toolkit, or see --gpu_access");
    }
  }

  void judge_end() {
    const std::string code = outcome_->exit_code ? std::to_string(*outcome_->exit_code) : "unknown";
    const std::string memory = outcome_->out_of_memory ? ", the kernel killed a process because memory ran out" : "";
    const std::string log = directory_.file("benchmark.log").string();
    const std::string end = base::joined(benchmark::last_lines(log, kLogLinesShown), "\n          ");
    verdict_.say(outcome_->exit_code == 0 && !outcome_->out_of_memory, "it ends with exit code " + code + memory,
                 end.empty() ? "its log is empty: " + log : "the end of its log (" + log + "):\n          " + end);
  }

  void judge_results() {
    const auto folder = directory_.file("benchmark_results");
    const auto collected = workload_->collect_results(folder);
    if (!collected)
      verdict_.say(false, "its results cannot be copied: " + collected.error().message, collected.error().remedy);
    std::optional<double> score = log_->score();
    if (!score && collected && *collected) score = benchmark::read_score(folder).seconds;
    if (score)
      verdict_.say(true, "it leaves a score");
    else
      verdict_.say(false, "it leaves no score",
                   "let it write \"time: SECONDS\" to /root/results/metrics.yml, or use --score_regex on its log");
    if (const auto removed = workload_->cleanup(); !removed)
      verdict_.say(false, removed.error().message, removed.error().remedy);
  }

  const Options& options_;
  const Environment& environment_;
  platform::SignalQueue signals_;  // before any thread
  platform::SystemClock clock_;
  meter::MeterSource source_;
  std::vector<meter::GpuDescription> gpus_;  // none on a machine without GPUs: an image can be checked there, too
  runs::RunDirectory directory_;
  std::unique_ptr<benchmark::BenchmarkLog> log_;
  std::unique_ptr<workload::Workload> workload_;
  std::optional<workload::WorkloadOutcome> outcome_;
  Verdict verdict_;
};

}  // namespace

int check_image(const Options& options, const Environment& environment) {
  return ImageCheck(options, environment).go();
}

}  // namespace gpubench::app
