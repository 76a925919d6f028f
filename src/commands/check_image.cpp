#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <variant>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "base/try.h"
#include "benchmark/benchmark_outputs.h"
#include "benchmark/failure.h"
#include "cli/container_options.h"
#include "cli/run_options.h"
#include "cli/saved_run_options.h"
#include "commands/table.h"
#include "meter/open.h"
#include "platform/clock.h"
#include "platform/signals.h"
#include "record/finding.h"
#include "run/workload_setup.h"
#include "runs/run_directory.h"
#include "workload/gpu_advice.h"

namespace gpubench::commands {
namespace {

constexpr base::Duration kPollPatience = std::chrono::milliseconds(500);
constexpr int kDoesNotFit = 1;
constexpr std::size_t kLogLinesShown = 10;

// What is checked, a line each as it is known, or all of it as JSON in the end.
class Verdict {
 public:
  explicit Verdict(bool json) : json_(json) {}
  void say(bool fits, const std::string& what, const std::string& remedy = {}) {
    add(fits ? "ok" : "failed", what, fits ? "" : remedy);
    all_fit_ = all_fit_ && fits;
    if (json_) return;
    std::cout << (fits ? "ok:     " : "FAILED: ") << what << "\n";
    if (!fits && !remedy.empty()) std::cout << "        " << remedy << "\n";
  }
  void skip(const std::string& what) {
    add("skipped", what, "");
    if (!json_) std::cout << "skipped: " << what << "\n";
  }
  // Prints what is still to be printed. Returns the exit code.
  [[nodiscard]] int close() const {
    if (json_) std::cout << base::json_text(nlohmann::ordered_json{{"fits", all_fit_}, {"checks", checks_}}, 2) << "\n";
    return all_fit_ ? 0 : kDoesNotFit;
  }

 private:
  void add(const char* state, const std::string& what, const std::string& remedy) {
    checks_.push_back({{"state", state}, {"what", base::valid_utf8(what)}, {"remedy", base::valid_utf8(remedy)}});
  }

  bool json_;
  bool all_fit_ = true;
  nlohmann::ordered_json checks_ = nlohmann::ordered_json::array();
};

struct CheckImage {
  workload::WorkloadSpec workload;
  meter::MeterSpec meter;
  std::string results_dir = "results";
  std::uint64_t log_cap_bytes = cli::RunSpec{}.log_cap_bytes;
  bool json = false;
};

cli::OptionTable describe_check_image(CheckImage& spec) {
  workload::BenchmarkSpec& image = spec.workload.benchmarks.emplace_back();
  const cli::Option name =
      cli::required({"NAME", "", "Container image to check", cli::offering(cli::Offer::image, cli::text(image.image))});
  cli::OptionTable table{{{"Options",
                           {name,
                            cli::meter_option(spec.meter),
                            cli::results_dir_option(spec.results_dir),
                            cli::log_cap_option(spec.log_cap_bytes),
                            cli::score_regex_option(image),
                            cli::stop_grace_option(image),
                            {"--json", "", "Print JSON", cli::switch_on(spec.json)}}},
                          {"The container", {cli::gpus_option(cli::text(image.gpus))}},
                          {"The container", cli::container_options(image)}}};
  table.footer = "\nArguments of the container follow \"--\". The exit status is 0 if everything is right, 1 if not.\n";
  table.arguments = &image.arguments;
  return table;
}

// The note that says so; empty: it is clear.
std::string unclear_gpus(const std::vector<std::string>& notes) {
  const auto note = std::find_if(notes.begin(), notes.end(),
                                 [](const std::string& text) { return text.starts_with(workload::kGpusUnclear); });
  return note == notes.end() ? "" : *note;
}

class ImageCheck {
 public:
  explicit ImageCheck(const CheckImage& spec) : spec_(spec), verdict_(spec.json) {}

  int go() {
    if (const auto meter = meter::open_meter(spec_.meter, clock_)) {
      source_ = (*meter)->source();
      gpus_ = (*meter)->gpus();
    }
    if (const auto ran = run(); !ran) {
      if (!outcome_ && !directory_.run_id.empty()) runs::discard(directory_);  // nothing ran
      verdict_.say(false, "it cannot be run: " + ran.error().message, ran.error().remedy);
      return verdict_.close();
    }
    judge_gpus();
    judge_end();
    judge_log();
    judge_results();
    return verdict_.close();
  }

 private:
  base::Result<void> run() {
    const workload::BenchmarkSpec& image = spec_.workload.benchmarks.front();
    auto directory =
        runs::make_run_directory(spec_.results_dir, runs::make_run_id(clock_.wall_now(), "check-" + *image.image));
    if (!directory) return base::failure(directory.error());
    directory_ = std::move(*directory);
    const benchmark::OutputPlan plan{directory_.path, spec_.log_cap_bytes, {benchmark::LogFormat::none, {}}, {}};
    GPUBENCH_ASSIGN_OR_RETURN(outputs_, benchmark::BenchmarkOutputs::create(spec_.workload.benchmarks, plan, clock_));
    const auto gpus = gpus::find_workload_gpus(spec_.workload, source_, gpus_);
    if (!gpus) return base::failure(gpus.error());
    auto workload =
        run::make_workload(spec_.workload, {source_, *gpus, directory_, signals_.fd()}, clock_, outputs_->sinks());
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
      auto polled = workload_->poll(kPollPatience, signals_.fd());
      if (!polled) return base::failure(polled.error());
      outcome_ = std::move(*polled);
    }
    signals_.allow(1);
    outputs_->close(log_findings_);
    if (!outcome_->log_trouble.empty()) log_findings_.emplace_back(record::LogIncomplete{outcome_->log_trouble});
    return {};
  }

  void judge_gpus() {
    const workload::WorkloadDescription& description = workload_->description();
    if (gpus_.empty()) {
      verdict_.skip("whether it sees GPUs (this machine has none)");
    } else if (description.gpu_trouble.empty() && description.gpu_access == "none") {
      verdict_.skip("whether it sees GPUs (none was asked for)");
    } else if (const std::string unclear = unclear_gpus(description.notes); !unclear.empty()) {
      verdict_.skip("whether it sees its GPUs (" + unclear + ")");
    } else if (description.gpu_trouble.empty()) {
      verdict_.say(true, "it sees its GPUs (by " + description.gpu_access + ")");
    } else {
      verdict_.say(false, "it has no GPU: " + description.gpu_trouble, workload::gpu_advice(description.engine));
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

  // What a run would have as findings.
  void judge_log() {
    for (const record::Finding& finding : log_findings_)
      if (const auto* log = std::get_if<record::LogIncomplete>(&finding.what))
        verdict_.say(false, "part of its log could not be kept: " + log->reason, "let it write less, or raise --log-cap");
  }

  void judge_results() {
    const auto folder = directory_.file("benchmark_results");
    const auto collected = workload_->collect_results(folder);
    if (!collected)
      verdict_.say(false, "its results cannot be copied: " + collected.error().message, collected.error().remedy);
    else if (benchmark::left_some_out(folder))
      verdict_.say(false, "some of its results were not copied",
                   "skipped.txt in " + folder.string() + " says which and why");
    judge_score(outputs_->scores(collected && *collected ? folder : std::filesystem::path()).front());
    if (const auto removed = workload_->cleanup(); !removed)
      verdict_.say(false, removed.error().message, removed.error().remedy);
  }

  void judge_score(const record::BenchmarkScore& score) {
    if (score.seconds)
      verdict_.say(true, "it leaves a score");
    else
      verdict_.say(false, "it leaves no score",
                   "let it write \"time: SECONDS\" to /root/results/metrics.yml, or use --score-regex on its log");
    if (!score.trouble.empty())
      verdict_.say(false, "its score or work could not be used: " + score.trouble, "correct metrics.yml, or --score-regex");
  }

  const CheckImage& spec_;
  platform::SignalQueue signals_;  // before any thread
  platform::SystemClock clock_;
  meter::MeterSource source_;
  std::vector<meter::GpuDescription> gpus_;  // none on a machine without GPUs: an image can be checked there, too
  runs::RunDirectory directory_;
  std::unique_ptr<benchmark::BenchmarkOutputs> outputs_;
  std::vector<record::Finding> log_findings_;
  std::unique_ptr<workload::Workload> workload_;
  std::optional<workload::WorkloadOutcome> outcome_;
  Verdict verdict_;
};

int check_image(const CheckImage& spec, const Context& context) {
  CheckImage complete = spec;
  complete.workload.engine = context.environment.engine;
  complete.workload.environment = context.environment.all;
  complete.meter.nvml_library = context.environment.nvml_library;
  return ImageCheck(complete).go();
}

}  // namespace

Command check_image_command() {
  return make_command("check-image",
                      "Check, without measuring, whether an image starts, sees its GPUs, ends with 0 and leaves a score",
                      describe_check_image, check_image);
}

}  // namespace gpubench::commands
