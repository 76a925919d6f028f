#include "workload/docker/container_workload.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "base/text.h"
#include "base/try.h"
#include "platform/process.h"
#include "platform/readable.h"
#include "workload/docker/container.h"
#include "workload/docker/container_plan.h"
#include "workload/docker/container_results.h"
#include "workload/docker/container_run.h"
#include "workload/docker/container_streams.h"
#include "workload/docker/engine/client.h"
#include "workload/docker/gpu_delivery.h"
#include "workload/docker/own_containers.h"
#include "workload/gpu_advice.h"
#include "workload/marks.h"

namespace gpubench::workload {
namespace {

class ContainerWorkload final : public Workload {
 public:
  ContainerWorkload(ContainerOptions options, const platform::Clock& clock, LogSink& log)
      : options_(std::move(options)), clock_(clock), container_(engine_, clock), output_(engine_, log), watch_(engine_) {}
  // Only running out of memory throws here, and may end the program.
  ~ContainerWorkload() override {  // NOLINT(bugprone-exception-escape)
    if (!was_cleaned_) static_cast<void>(remove());
  }
  ContainerWorkload(const ContainerWorkload&) = delete;
  ContainerWorkload& operator=(const ContainerWorkload&) = delete;

  base::Result<void> prepare() override;
  [[nodiscard]] const WorkloadDescription& description() const override { return description_; }
  base::Result<void> start() override;
  base::Result<std::optional<WorkloadOutcome>> poll(base::Duration timeout, int wake_fd) override;
  void hand_on(int signal) override {
    if (run_) run_->hand_on(signal);
  }
  void stop() override {
    engine_.interrupt_by(options_.interrupt_fd);  // another signal cuts short what an engine that hangs is asked
    if (run_) run_->stop();
  }
  void kill() override {
    if (run_) run_->kill();
  }
  base::Result<bool> collect_results(const std::filesystem::path& directory) override;
  base::Result<void> cleanup() override {
    was_cleaned_ = true;
    auto removed = remove();  // once more, if the engine did not do it the first time
    return removed || !is_trouble_said_ ? removed : base::Result<void>();
  }

 private:
  void give_marks();
  base::Result<void> give_client(const ContainerPlan& plan);
  base::Result<void> create_and_open();
  base::Result<void> open_streams();
  base::Result<ContainerStart> start_or_give_way();
  void check_gpus();
  void name_leftovers();
  base::Result<void> remove();
  base::Error clean_up_after(base::Error error);

  ContainerOptions options_;
  const platform::Clock& clock_;
  EngineClient engine_;
  Container container_;
  OutputRelay output_;
  ExitWatch watch_;
  std::optional<ContainerPlan> plan_;  // once prepared
  WorkloadDescription description_;
  std::optional<ContainerRun> run_;  // once started
  bool was_cleaned_ = false;
  bool is_trouble_said_ = false;  // that the container could not be removed
};

base::Result<void> ContainerWorkload::prepare() {
  engine_.interrupt_by(options_.interrupt_fd);
  GPUBENCH_TRY(engine_.connect(options_.docker_host, options_.tls));
  if (!engine_.address().is_remote())
    for (std::string& bind : options_.binds) GPUBENCH_ASSIGN_OR_RETURN(bind, resolve_volume(bind));
  if (engine_.address().is_remote() && !options_.marks.client.empty())
    return base::failure("--marks-client cannot mount a folder of this machine: the engine is on another one",
                         "copy the client from share/marks into the image, and leave the option out");
  give_marks();
  auto plan = ContainerPlan::make(options_, engine_, clock_);
  if (!plan) return base::failure(plan.error());
  plan_.emplace(std::move(*plan));
  GPUBENCH_TRY(give_client(*plan_));
  description_ = plan_->description();
  name_leftovers();
  auto created = create_and_open();
  if (!created) return base::failure(clean_up_after(created.error()));
  return created;
}

// Also says what stays behind.
base::Error ContainerWorkload::clean_up_after(base::Error error) {
  const auto removed = cleanup();
  if (removed) return error;
  is_trouble_said_ = true;
  base::add_item(error.message, removed.error().message, "; ");
  base::add_item(error.remedy, removed.error().remedy, "; ");
  return error;
}

// An engine on another machine has no such file: there the marks come in the log.
void ContainerWorkload::give_marks() {
  const bool is_set = std::any_of(options_.env.begin(), options_.env.end(),
                                  [](const std::string& variable) { return variable.starts_with(kMarksVariable); });
  if (options_.marks.file.empty() || is_set) return;
  if (engine_.address().is_remote()) {
    options_.env.push_back(kMarksVariable + std::string("stdout"));
    return;
  }
  options_.binds.push_back(options_.marks.file + ":" + kMarksInContainer + ":z");  // z: for SELinux
  options_.env.push_back(kMarksVariable + std::string(kMarksInContainer));
  if (!options_.marks.nvtx) return;
  options_.binds.push_back(options_.marks.nvtx->library + ":" + kNvtxInContainer + ":ro,z");
  give_nvtx(options_.env, kNvtxInContainer, options_.marks.nvtx->filter);
}

// Where the image has paths of its own, they stay the first ones.
base::Result<void> ContainerWorkload::give_client(const ContainerPlan& plan) {
  if (options_.marks.client.empty()) return {};
  const auto image = plan.image_environment();
  if (!image) return base::failure(image.error());
  for (const std::string& variable : *image) {
    const std::string name = variable.substr(0, variable.find('=') + 1);
    const bool is_set =
        std::any_of(options_.env.begin(), options_.env.end(), [&](const std::string& own) { return own.starts_with(name); });
    if (!is_set && (name == "PYTHONPATH=" || name == "CPATH=")) options_.env.push_back(variable);
  }
  workload::give_client(options_.env, kClientInContainer);
  options_.binds.push_back(options_.marks.client + ":" + kClientInContainer + ":ro,z");
  return {};
}

base::Result<void> ContainerWorkload::create_and_open() {
  GPUBENCH_TRY(plan_->create(container_));
  return open_streams();
}

base::Result<void> ContainerWorkload::open_streams() {
  const auto state = container_.inspect(std::chrono::seconds(30));
  if (!state) return base::failure(state.error());
  if (!*state) return base::failure("the container was removed by someone else before it was started");
  const auto framing = (*state)->has_terminal ? FrameDemultiplexer::Framing::raw : FrameDemultiplexer::Framing::frames;
  if (auto attached = output_.attach(container_.id(), framing); !attached) {
    return base::failure(attached.error().with_context("could not attach to the container's output"));
  }
  if (auto opened = watch_.open(container_.id(), ExitWatch::Which::next); !opened) {
    return base::failure(opened.error().with_context("could not wait for the container"));
  }
  return {};
}

// What to do about an engine's words.
std::string remedy_for(const std::string& words) {
  const auto says = [&](const char* part) { return words.find(part) != std::string::npos; };
  if (says("could not select device driver")) return "install nvidia-container-toolkit and restart the engine";
  if (says("network") && says("not found")) return "correct --network, or make that network";
  if (says("unable to find user") || says("unable to find group")) return "correct --user";
  return "check the image and the command";
}

base::Result<void> ContainerWorkload::start() {
  if (container_.id().empty() || run_) return base::failure("the container is not ready to be started");
  const auto started = start_or_give_way();
  if (!started) {
    return base::failure(clean_up_after(
        {"the engine could not start the container: " + started.error().message, remedy_for(started.error().message)}));
  }
  engine_.interrupt_by(-1);  // signals are the caller's until the end
  run_.emplace(container_, output_, watch_, clock_, *started, RunPatience{options_.stop_grace, options_.reconnect_for});
  check_gpus();
  if (plan_->is_without_network())
    description_.notes.emplace_back("the engine has no default network: the container had none");
  return {};
}

// Starts it; what the engine refuses only now is left out, which takes a new container.
base::Result<ContainerStart> ContainerWorkload::start_or_give_way() {
  for (;;) {
    ContainerStart start;
    start.anchor = clock_.anchor();
    start.before = clock_.now();
    const auto started = container_.start();
    start.after = clock_.now();
    if (started) return start;
    if (!plan_->give_way(started.error().message)) return base::failure(started.error());
    GPUBENCH_TRY(remove());
    GPUBENCH_TRY(create_and_open());
  }
}

// Containers whose tool was killed before it could remove them.
void ContainerWorkload::name_leftovers() {
  if (options_.owner.empty()) return;
  const auto own = fetch_own_containers(engine_);
  if (!own) return;
  for (const OwnContainer& container : *own) {
    if (platform::presence_of(container.owner, !container.may_be_elsewhere) != platform::Presence::gone) continue;
    const std::string words = "container " + container.name + " (" + container.image + ", " + container.status +
                              ") was left by a run that was killed. Remove it with \"iris-gpubench clean\"";
    description_.notes.push_back(words);
    if (options_.tell) options_.tell(words);
  }
}

// Not an error: the benchmark runs, and its record says what is missing.
void ContainerWorkload::check_gpus() {
  if (options_.gpus.empty()) return;
  const auto given = container_.given_gpus();
  if (!given) {
    description_.notes.push_back(std::string(kGpusUnclear) + ": " + given.error().message);
    return;
  }
  const bool is_here = !engine_.address().is_remote();
  const auto visible = is_here ? visible_gpu_nodes(options_.host_root, given->process_id) : std::nullopt;
  if (is_here) description_.process_id = given->process_id;
  description_.gpu_trouble = missing_gpus(plan_->gpus(), *given, visible, engine_.engine().text);
}

base::Result<std::optional<WorkloadOutcome>> ContainerWorkload::poll(base::Duration timeout, int wake_fd) {
  if (!run_) return base::failure("the container was not started");
  const base::SteadyTime deadline = clock_.now() + timeout;
  for (;;) {
    if (auto outcome = run_->outcome()) return outcome;
    const base::SteadyTime now = clock_.now();
    const base::SteadyTime until = std::min(deadline, run_->next_deadline());
    engine_.streams().pump(until > now ? until - now : base::Duration::zero(), wake_fd);
    run_->step();
    if (auto outcome = run_->outcome()) return outcome;
    if (clock_.now() >= deadline || platform::is_readable(wake_fd)) return std::optional<WorkloadOutcome>();
  }
}

base::Result<bool> ContainerWorkload::collect_results(const std::filesystem::path& directory) {
  if (container_.id().empty()) return false;
  engine_.interrupt_by(options_.interrupt_fd);
  if (run_ && run_->lost_engine()) engine_.hurry();
  return copy_results(engine_, clock_, container_.id(), options_.settings, directory);
}

base::Result<void> ContainerWorkload::remove() {
  output_.close();
  watch_.close();
  return container_.remove();
}

}  // namespace

std::unique_ptr<Workload> make_container_workload(ContainerOptions options, const platform::Clock& clock, LogSink& log) {
  return std::make_unique<ContainerWorkload>(std::move(options), clock, log);
}

}  // namespace gpubench::workload
