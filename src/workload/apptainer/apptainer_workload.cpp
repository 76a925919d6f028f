#include "workload/apptainer/apptainer_workload.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "base/text.h"
#include "base/try.h"
#include "platform/child_process.h"
#include "workload/apptainer/engine_line.h"
#include "workload/apptainer/engine_words.h"
#include "workload/apptainer/image_cache.h"
#include "workload/apptainer/image_source.h"
#include "workload/apptainer/probe.h"
#include "workload/gpu_advice.h"

namespace gpubench::workload {
namespace {

namespace fs = std::filesystem;

class ApptainerWorkload final : public Workload {
 public:
  ApptainerWorkload(ApptainerOptions options, LogSink& log) : options_(std::move(options)), words_(log) {
    description_.kind = WorkloadDescription::Kind::container;
    description_.name = options_.name;
    std::vector<std::string> line = options_.command;
    if (options_.entrypoint) line.insert(line.begin(), *options_.entrypoint);
    description_.command_line = base::joined(line);
  }

  base::Result<void> prepare() override;
  [[nodiscard]] const WorkloadDescription& description() const override { return description_; }
  base::Result<void> start() override;
  base::Result<std::optional<WorkloadOutcome>> poll(base::Duration timeout, int wake_fd) override;
  void hand_on(int signal) override {
    if (program_) program_->hand_on(signal);
  }
  void stop() override {
    if (program_) program_->stop();
  }
  void kill() override {
    if (program_) program_->kill();
  }
  base::Result<bool> collect_results(const fs::path& directory) override;
  base::Result<void> cleanup() override { return program_ ? program_->cleanup() : base::Result<void>(); }

 private:
  base::Result<void> find_engine();
  base::Result<void> make_ready(const ImageSource& source);
  [[nodiscard]] base::Result<void> make_results_folders() const;
  base::Result<void> set_up(const EngineLine& line, const Probe& probe);
  base::Result<std::vector<std::string>> words_to_run(const Probe& probe, ImageAction& action) const;

  ApptainerOptions options_;
  EngineWords words_;
  WorkloadDescription description_;
  std::string image_;                  // the file or folder that is run
  std::unique_ptr<Workload> program_;  // the engine's
};

base::Result<void> ApptainerWorkload::prepare() {
  GPUBENCH_TRY(check_settings(options_));
  ImageSource source;
  GPUBENCH_ASSIGN_OR_RETURN(source, find_image_source(options_.image));
  GPUBENCH_TRY(find_engine());
  GPUBENCH_TRY(make_ready(source));
  GPUBENCH_TRY(make_results_folders());
  EngineLine line;
  GPUBENCH_ASSIGN_OR_RETURN(line, engine_line(options_, image_));
  Probe probe;
  GPUBENCH_ASSIGN_OR_RETURN(probe, probe_image(options_, line, image_));
  return set_up(line, probe);
}

base::Result<void> ApptainerWorkload::set_up(const EngineLine& line, const Probe& probe) {
  GPUBENCH_TRY(check_gpus(options_, probe));
  description_.gpu_access = gpu_access_of(options_);
  if (!probe.could_look && description_.gpu_access != "none")
    description_.notes.push_back(std::string(kGpusUnclear) + ": the image has no /bin/sh to look with");
  ImageAction action = ImageAction::exec;
  std::vector<std::string> words;
  GPUBENCH_ASSIGN_OR_RETURN(words, words_to_run(probe, action));
  program_ = options_.run_program(full_line(options_, line, action, image_, words), line.environment, words_);
  return program_->prepare();
}

std::string engine_name(const ApptainerOptions& options) {
  if (options.is_charliecloud()) return "Charliecloud";
  return options.program == "singularity" ? "Singularity" : "Apptainer";
}

// "apptainer version 1.4.5", "singularity-ce version 4.1.0", "0.31"
base::Result<void> ApptainerWorkload::find_engine() {
  platform::ChildRequest request;
  request.argv = {options_.program, "--version"};
  request.interrupt_fd = options_.interrupt_fd;
  const auto said = platform::run_child(request);
  if (!said && said.error().not_found)
    return base::failure("there is no program " + options_.program + " here",
                         options_.is_charliecloud()
                             ? "install Charliecloud, or load its module"
                             : "install Apptainer, or load its module; --engine names another engine");
  if (!said) return base::failure(said.error().error);
  const std::string text = said->output.empty() ? said->error : said->output;  // ch-run prints it as an error
  const std::string first(base::trimmed(text.substr(0, text.find('\n'))));
  const std::string version = first.substr(first.find_last_of(' ') + 1);
  description_.engine = engine_name(options_) + " " + version;
  return {};
}

base::Result<void> ApptainerWorkload::make_ready(const ImageSource& source) {
  image_ = source.path;
  const bool is_folder = source.kind == ImageSource::Kind::folder;
  if (options_.is_charliecloud() && !is_folder)
    return base::failure("Charliecloud runs folders here, not " + options_.image,
                         "make one: ch-convert " + options_.image + " FOLDER");
  if (source.kind == ImageSource::Kind::archive || source.kind == ImageSource::Kind::remote)
    GPUBENCH_ASSIGN_OR_RETURN(image_, cached_image(options_, source));
  if (!is_folder) description_.image_id = sif_id(image_);
  return {};
}

base::Result<void> ApptainerWorkload::make_results_folders() const {
  if (options_.results.empty()) return {};
  std::error_code error;
  fs::create_directories(options_.results, error);
  for (const ResultsFolder& folder : results_folders(options_.settings.results_paths))
    if (!error) fs::create_directories(options_.results / folder.name, error);
  if (error) return base::failure("cannot make " + options_.results.string() + ": " + error.message());
  return {};
}

base::Result<std::vector<std::string>> ApptainerWorkload::words_to_run(const Probe& probe, ImageAction& action) const {
  std::vector<std::string> words = options_.command;
  if (options_.entrypoint) words.insert(words.begin(), *options_.entrypoint);
  const bool own = !options_.is_charliecloud() && !options_.entrypoint && (probe.has_own_program || !probe.could_look);
  action = own ? ImageAction::run : ImageAction::exec;
  if (words.empty() && !own)
    return base::failure(options_.image + " has no program of its own that is run", "give one after \"--\"");
  return words;
}

base::Result<void> ApptainerWorkload::start() {
  GPUBENCH_TRY(program_->start());
  description_.process_id = program_->description().process_id;
  return {};
}

base::Result<std::optional<WorkloadOutcome>> ApptainerWorkload::poll(base::Duration timeout, int wake_fd) {
  auto outcome = program_->poll(timeout, wake_fd);
  if (!outcome || !*outcome || (*outcome)->stopped_by_us) return outcome;
  const auto failure = words_.failure((*outcome)->exit_code.value_or(0));
  if (!failure) return outcome;
  if (failure->certain)
    return base::failure(options_.program + " could not start the program: " + failure->reason,
                         engine_remedy(failure->reason));
  (*outcome)->note = "it is unclear whether " + options_.program + " or the benchmark said \"" +
                     base::one_line(failure->reason, 200) + "\"";
  return outcome;
}

// They are where they belong; folders without any are removed.
base::Result<bool> ApptainerWorkload::collect_results(const fs::path& /*directory*/) {
  std::error_code error;
  if (options_.results.empty()) return false;
  for (const ResultsFolder& folder : results_folders(options_.settings.results_paths))
    fs::remove(options_.results / folder.name, error);  // fails if there is something in it
  fs::remove(options_.results, error);
  return fs::exists(options_.results, error);
}

}  // namespace

std::unique_ptr<Workload> make_apptainer_workload(ApptainerOptions options, LogSink& log) {
  return std::make_unique<ApptainerWorkload>(std::move(options), log);
}

}  // namespace gpubench::workload
