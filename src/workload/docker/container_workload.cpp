#include "workload/docker/container_workload.h"

#include <poll.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "platform/process.h"
#include "workload/docker/archive_download.h"
#include "workload/docker/container.h"
#include "workload/docker/container_state.h"
#include "workload/docker/container_streams.h"
#include "workload/docker/create_request.h"
#include "workload/docker/engine_client.h"
#include "workload/docker/gpu_access.h"
#include "workload/docker/gpu_delivery.h"
#include "workload/docker/image_pull.h"
#include "workload/docker/images.h"
#include "workload/docker/own_containers.h"
#include "workload/docker/registry_login.h"
#include "workload/docker/results_archive.h"

namespace gpubench::workload {
namespace {

using namespace std::chrono_literals;

constexpr const char* kResultsPath = "/root/results";  // where the predecessor's images leave their results
constexpr const char* kScoreFile = "metrics.yml";      // in it: see app/score.h
constexpr auto kOutputAfterExit = 10s;                 // how long output may still arrive after the exit was reported
constexpr auto kOrderlyEnd = 2s;                       // output that ends this long before the exit may be incomplete
constexpr auto kReconnectEvery = 500ms;
constexpr auto kInspectLimit = 2s;   // while waiting for the engine; limits how late a signal is noticed
constexpr auto kReplayLimit = 2min;  // to read the log again
constexpr auto kKillLimit = 30s;     // from SIGKILL to the end, before it is given up

class ContainerWorkload final : public Workload {
 public:
  ContainerWorkload(ContainerOptions options, const platform::Clock& clock, LogSink& log)
      : options_(std::move(options)), clock_(clock), container_(engine_, clock), output_(engine_, log), watch_(engine_) {}
  // Only running out of memory throws here, and may end the program.
  ~ContainerWorkload() override { static_cast<void>(remove()); }  // NOLINT(bugprone-exception-escape)
  ContainerWorkload(const ContainerWorkload&) = delete;
  ContainerWorkload& operator=(const ContainerWorkload&) = delete;

  base::Result<void> prepare() override;
  [[nodiscard]] const WorkloadDescription& description() const override { return description_; }
  base::Result<void> start() override;
  base::Result<std::optional<WorkloadOutcome>> poll(base::Duration timeout, int wake_fd) override;
  void stop() override;
  void kill() override;
  base::Result<bool> collect_results(const std::filesystem::path& directory) override;
  base::Result<void> cleanup() override { return remove(); }

 private:
  enum class Phase : std::uint8_t { idle, running, lost, replaying, ended };

  base::Result<Image> find_or_pull_image();
  base::Result<void> find_image_and_gpus();
  base::Result<void> create_and_open();
  base::Result<void> open_streams();
  base::Result<void> start_or_give_way();
  void check_gpus();
  void name_leftovers();
  void describe(const Image& image, const GpuAccess& gpus);

  void step(base::Duration at_most, int wake_fd);
  void follow();           // running: has it ended?
  void look_for_engine();  // lost: is it back?
  void resume(const ContainerState& state);
  void follow_replay();
  void begin_replay();
  void lose(const std::string& why);
  void finish(const std::string& trouble);
  void escalate();
  void send(const char* signal);
  [[nodiscard]] bool may_be_running() const { return phase_ == Phase::running || phase_ == Phase::lost; }
  [[nodiscard]] base::SteadyTime next_deadline() const;
  base::Result<bool> collect_path(const std::string& path, const std::filesystem::path& directory);
  base::Result<bool> copy_out(const std::string& path, const std::filesystem::path& directory);
  base::Result<void> remove();

  ContainerOptions options_;
  const platform::Clock& clock_;
  EngineClient engine_;
  Container container_;
  OutputRelay output_;
  ExitWatch watch_;
  WorkloadDescription description_;

  // What the container is made from.
  Image image_;
  std::vector<std::string> image_env_;
  GpuAccess gpus_;
  std::uint64_t memory_bytes_ = 0;
  CreateChoices choices_;

  Phase phase_ = Phase::idle;
  RunBrackets brackets_{};
  std::optional<int> exit_code_;
  std::optional<base::SteadyTime> exit_seen_;
  std::optional<base::SteadyTime> output_ended_;
  std::optional<base::SteadyTime> lost_since_;
  std::optional<base::Window> away_;  // the engine was, last
  base::SteadyTime next_attempt_;
  base::SteadyTime replay_deadline_;
  std::optional<base::SteadyTime> kill_at_;     // when SIGTERM's grace is over
  std::optional<base::SteadyTime> give_up_at_;  // when SIGKILL should have worked
  const char* unsent_signal_ = nullptr;         // could not be delivered: the engine was away
  bool signalled_ = false;
  bool may_have_news_ = true;  // that no pump will report
  std::string note_;
  std::string log_trouble_;
  std::optional<WorkloadOutcome> outcome_;
};

bool is_readable(int fd) {
  pollfd entry{fd, POLLIN, 0};
  return fd >= 0 && ::poll(&entry, 1, 0) > 0;
}

std::string joined(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) {
    const bool plain = !word.empty() && word.find_first_of(" \t\n'\"\\$;&|<>()*?") == std::string::npos;
    line += (line.empty() ? "" : " ") + (plain ? word : "'" + word + "'");
  }
  return line;
}

void add_sentence(std::string& text, const std::string& sentence) {
  if (!sentence.empty()) text += (text.empty() ? "" : "; ") + sentence;
}

base::Result<void> ContainerWorkload::prepare() {
  if (auto connected = engine_.connect(options_.docker_host, options_.tls); !connected) return connected;
  if (auto found = find_image_and_gpus(); !found) return found;
  name_leftovers();
  auto created = create_and_open();
  if (!created) static_cast<void>(remove());
  return created;
}

base::Result<Image> ContainerWorkload::find_or_pull_image() {
  const PullPolicy pull = options_.settings.pull;
  auto images = fetch_images(engine_);
  if (!images) return base::failure(images.error());
  auto image = find_image(*images, options_.image);
  const bool is_needed = pull == PullPolicy::always || (pull == PullPolicy::missing && !image);
  if (!is_needed) return image;
  auto login = registry_login(options_.image, options_.config_folder);
  if (!login) return base::failure(login.error());
  const auto pulled = pull_image(engine_, clock_, {options_.image, options_.tell, options_.interrupt_fd, std::move(*login)});
  if (!pulled) return base::failure(pulled.error());
  images = fetch_images(engine_);
  if (!images) return base::failure(images.error());
  return find_image(*images, options_.image);
}

base::Result<void> ContainerWorkload::find_image_and_gpus() {
  auto image = find_or_pull_image();
  if (!image) return base::failure(image.error());
  image_ = std::move(*image);
  const auto info = engine_.get("/info");
  if (!info) return base::failure(info.error().with_context("could not query the engine"));
  auto facts = parse_engine_facts(info->body);
  if (!facts) return base::failure(facts.error());
  facts->is_podman = engine_.engine().is_podman;
  memory_bytes_ = facts->memory_bytes;
  gpus_ = choose_gpu_access(options_.gpus, *facts, options_.host_root, options_.settings.gpu_access);
  leave_out_visible_mounts(gpus_, options_.binds);
  if (gpus_.way == GpuAccess::Way::devices) {
    auto env = fetch_image_environment(engine_, image_.id);
    if (!env) return base::failure(env.error());
    image_env_ = std::move(*env);
  }
  if (engine_.engine().is_podman) choices_.with_local_log = false;  // it takes the name but has no such driver
  describe(image_, gpus_);
  return {};
}

void ContainerWorkload::describe(const Image& image, const GpuAccess& gpus) {
  description_ = {};
  description_.kind = WorkloadDescription::Kind::container;
  description_.name = options_.image;
  std::vector<std::string> words = options_.command;
  if (options_.entrypoint) words.insert(words.begin(), *options_.entrypoint);
  description_.command_line = joined(words);
  description_.image_id = image.id;
  description_.engine = engine_.engine().text;
  description_.gpu_access = gpus.text();
  if (!gpus.reason.empty()) description_.notes.push_back("the container has no GPU: " + gpus.reason);
  if (engine_.address().is_remote()) {
    description_.notes.push_back("the engine at " + engine_.address().text() +
                                 " may be another machine than the one measured");
  }
}

base::Result<void> ContainerWorkload::create_and_open() {
  CreateInput input{options_, reference_of(image_, options_.image), image_env_, gpus_, memory_bytes_, choices_};
  auto created = container_.create(input, container_name(options_.run_id));
  choices_ = input.choices;
  if (!created) return created;
  return open_streams();
}

base::Result<void> ContainerWorkload::open_streams() {
  const auto state = container_.inspect(30s);
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

base::Result<void> ContainerWorkload::start() {
  if (container_.id().empty() || phase_ != Phase::idle) return base::failure("the container is not ready to be started");
  auto started = start_or_give_way();
  if (!started) {
    static_cast<void>(remove());
    const bool no_gpu_driver = started.error().message.find("could not select device driver") != std::string::npos;
    return base::failure(
        "the engine could not start the container: " + started.error().message,
        no_gpu_driver ? "install nvidia-container-toolkit and restart the engine" : "check the image and the command");
  }
  phase_ = Phase::running;
  check_gpus();
  if (choices_.without_network) description_.notes.emplace_back("the engine has no default network: the container had none");
  return {};
}

// Containers whose tool was killed before it could remove them.
void ContainerWorkload::name_leftovers() {
  if (options_.owner.empty()) return;
  const auto own = fetch_own_containers(engine_);
  if (!own) return;
  for (const OwnContainer& container : *own) {
    if (platform::presence_of(container.owner) != platform::Presence::gone) continue;
    const std::string words = "container " + container.name + " (" + container.image + ", " + container.status +
                              ") was left behind by a run that was killed: remove it with \"iris-gpubench clean\"";
    description_.notes.push_back(words);
    if (options_.tell) options_.tell(words);
  }
}

// Not an error: the benchmark runs, and its record says what is missing.
void ContainerWorkload::check_gpus() {
  if (options_.gpus.empty()) return;
  const auto given = container_.given_gpus();
  if (!given) {
    description_.notes.push_back("it is unclear whether the container has its GPUs: " + given.error().message);
    return;
  }
  const bool is_here = !engine_.address().is_remote();
  const auto visible = is_here ? visible_gpu_nodes(options_.host_root, given->process_id) : std::nullopt;
  if (is_here) description_.process_id = given->process_id;
  description_.gpu_trouble = missing_gpus(gpus_, *given, visible, engine_.engine().text);
}

// Starts it; what the engine refuses only now is left out, which takes a new container.
base::Result<void> ContainerWorkload::start_or_give_way() {
  for (;;) {
    brackets_.at_start = clock_.anchor();
    brackets_.before_start = clock_.now();
    auto started = container_.start();
    brackets_.after_start = clock_.now();
    if (started) return {};
    if (!give_way(choices_, started.error().message)) return started;
    if (auto removed = remove(); !removed) return removed;
    if (auto created = create_and_open(); !created) return created;
  }
}

base::Result<std::optional<WorkloadOutcome>> ContainerWorkload::poll(base::Duration timeout, int wake_fd) {
  if (phase_ == Phase::idle) return base::failure("the container was not started");
  const base::SteadyTime deadline = clock_.now() + timeout;
  for (;;) {
    if (outcome_) return outcome_;
    const base::SteadyTime now = clock_.now();
    const base::Duration at_most = std::max(base::Duration::zero(), std::min(deadline, next_deadline()) - now);
    step(may_have_news_ ? base::Duration::zero() : at_most, wake_fd);
    if (outcome_) return outcome_;
    if (clock_.now() >= deadline || is_readable(wake_fd)) return std::optional<WorkloadOutcome>();
  }
}

base::SteadyTime ContainerWorkload::next_deadline() const {
  base::SteadyTime next = base::SteadyTime::max();
  if (kill_at_ && may_be_running()) next = std::min(next, *kill_at_);
  if (give_up_at_ && may_be_running()) next = std::min(next, *give_up_at_);
  if (phase_ == Phase::lost) next = std::min(next, next_attempt_);
  if (phase_ == Phase::replaying) next = std::min(next, replay_deadline_);
  if (phase_ == Phase::running && exit_seen_) next = std::min(next, *exit_seen_ + kOutputAfterExit);
  return next;
}

void ContainerWorkload::step(base::Duration at_most, int wake_fd) {
  engine_.streams().pump(at_most, wake_fd);
  const Phase before = phase_;
  if (phase_ == Phase::running) follow();
  if (phase_ == Phase::lost) look_for_engine();
  if (phase_ == Phase::replaying) follow_replay();
  escalate();
  // A stream opened just now may have arrived whole while its headers were waited for: then nothing would wake the next
  // pump.
  may_have_news_ = phase_ != before;
}

void ContainerWorkload::follow() {
  const base::SteadyTime now = clock_.now();
  if (output_.ended() && !output_ended_) output_ended_ = now;
  if (!watch_.ended()) return;
  if (!exit_seen_) {
    exit_code_ = watch_.exit_code();
    add_sentence(note_, watch_.engine_error());
    if (!exit_code_) {
      lose("the connection to the engine was lost for a while");
      return;
    }
    exit_seen_ = now;
    brackets_.end_seen = now;
    brackets_.at_end = clock_.anchor();
  }
  const bool late = now - *exit_seen_ >= kOutputAfterExit;
  if (!output_ended_ && !late) return;
  const bool broke_off =
      late || !output_.trouble().empty() || !output_.log_was_complete() || *exit_seen_ - *output_ended_ > kOrderlyEnd;
  if (broke_off) {
    begin_replay();
  } else {
    finish("");
  }
}

void ContainerWorkload::lose(const std::string& why) {
  if (!lost_since_) lost_since_ = clock_.now();
  add_sentence(note_, note_.find(why) == std::string::npos ? why : "");
  watch_.close();
  output_.close();
  phase_ = Phase::lost;
  next_attempt_ = clock_.now();
}

void ContainerWorkload::look_for_engine() {
  if (clock_.now() < next_attempt_) return;
  const auto state = container_.inspect(kInspectLimit);
  const base::SteadyTime now = clock_.now();
  next_attempt_ = now + kReconnectEvery;
  if (state && !*state) {
    finish("the container was removed by someone else");
    return;
  }
  const bool usable = state && ((*state)->running || (*state)->exit_code);
  if (usable) {
    resume(**state);
    return;
  }
  if (now - *lost_since_ >= options_.reconnect_for) {
    const std::string words = state ? "it calls the container \"" + (*state)->status + "\"" : state.error().message;
    finish("the engine was lost and did not come back: " + words);
  }
}

void ContainerWorkload::resume(const ContainerState& state) {
  brackets_.end_seen = clock_.now();
  brackets_.at_end = clock_.anchor();
  away_ = {*lost_since_, brackets_.end_seen};
  if (!state.running) {
    exit_code_ = state.exit_code;
    exit_seen_ = brackets_.end_seen;
    begin_replay();
    return;
  }
  // It runs on: its output so far and to come is read from the log, and its end is waited for again.
  if (!watch_.open(container_.id(), ExitWatch::Which::any) || !output_.replay(container_.id())) return;  // tried again later
  output_ended_.reset();
  exit_seen_.reset();
  lost_since_.reset();
  phase_ = Phase::running;
  if (unsent_signal_ != nullptr) send(unsent_signal_);
}

void ContainerWorkload::begin_replay() {
  phase_ = Phase::replaying;
  replay_deadline_ = clock_.now() + kReplayLimit;
  const std::string before = output_.trouble();
  if (auto replay = output_.replay(container_.id()); !replay) {
    log_trouble_ = "the log may lack output" + (before.empty() ? "" : " (" + before + ")") +
                   " and could not be read again: " + replay.error().message;
    finish(log_trouble_);
  }
}

void ContainerWorkload::follow_replay() {
  const bool ended = output_.ended();
  if (!ended && clock_.now() < replay_deadline_) return;
  std::string trouble = output_.trouble();
  if (!ended) trouble = "the engine stopped sending it";
  if (trouble.empty() && !output_.log_was_complete()) trouble = "the engine no longer had its beginning";
  if (!trouble.empty()) log_trouble_ = "the log may lack output: " + trouble;
  finish(log_trouble_);
}

void ContainerWorkload::finish(const std::string& trouble) {
  add_sentence(note_, trouble);
  if (!exit_seen_) {
    brackets_.end_seen = clock_.now();
    brackets_.at_end = clock_.anchor();
  }
  WorkloadOutcome outcome;
  ContainerState state;
  if (const auto inspected = container_.inspect(kInspectLimit); inspected && *inspected) state = **inspected;
  add_sentence(note_, state.error);
  // The engine has what was written during its absence only if it came back before the end.
  if (away_ && state.finished && brackets_.at_end.to_steady(*state.finished) < away_->end) {
    add_sentence(note_, "the log may lack what was written meanwhile");
    add_sentence(log_trouble_, "the log may lack what was written while the engine was away");
  }
  outcome.ran = real_window(state, brackets_);
  outcome.exit_code = exit_code_;
  outcome.out_of_memory = state.out_of_memory;
  outcome.stopped_by_us = signalled_;
  outcome.note = note_;
  outcome.log_trouble = log_trouble_;
  output_.close();
  watch_.close();
  outcome_ = std::move(outcome);
  phase_ = Phase::ended;
}

void ContainerWorkload::stop() {
  if (!may_be_running()) return;
  if (kill_at_ || give_up_at_) return;  // asked already
  kill_at_ = clock_.now() + options_.stop_grace;
  send("SIGTERM");
}

void ContainerWorkload::kill() {
  if (!may_be_running()) return;
  kill_at_.reset();
  give_up_at_ = clock_.now() + kKillLimit;
  send("SIGKILL");
}

void ContainerWorkload::send(const char* signal) {
  const Container::Signalled result = container_.signal(signal);
  signalled_ = signalled_ || result == Container::Signalled::sent;
  unsent_signal_ = result == Container::Signalled::engine_lost ? signal : nullptr;
}

void ContainerWorkload::escalate() {
  if (!may_be_running()) return;
  const base::SteadyTime now = clock_.now();
  if (kill_at_ && now >= *kill_at_) {
    kill();
  } else if (give_up_at_ && now >= *give_up_at_) {
    give_up_at_.reset();
    finish("the engine did not end the container within " + std::to_string(std::chrono::seconds(kKillLimit).count()) +
           " s of SIGKILL");
  }
}

base::Result<bool> ContainerWorkload::collect_results(const std::filesystem::path& directory) {
  if (container_.id().empty()) return false;
  auto any = collect_path(kResultsPath, directory);
  std::string missing;
  for (const std::string& path : options_.settings.results_paths) {
    const auto more = collect_path(path, directory / results_folder_name(path));
    if (!more && any) any = base::failure(more.error());
    if (more && !*more) add_sentence(missing, "there was nothing at " + path);
    if (more && any) *any = *any || *more;
  }
  if (any && !missing.empty()) return base::failure(missing, "correct --results_path");
  return any;
}

base::Result<bool> ContainerWorkload::collect_path(const std::string& path, const std::filesystem::path& directory) {
  const auto any = copy_out(path, directory);
  // Files too many or too large to copy may have come before the score.
  std::error_code unknown;
  if (any && *any && !std::filesystem::exists(directory / kScoreFile, unknown))
    static_cast<void>(copy_out(path + "/" + kScoreFile, directory));
  return any;
}

base::Result<bool> ContainerWorkload::copy_out(const std::string& path, const std::filesystem::path& directory) {
  ArchiveDownload download(engine_, clock_);
  const auto exists = download.open(container_.id(), path);
  if (!exists) return base::failure(exists.error().with_context("could not copy the results"));
  if (!*exists) return false;
  return extract_results([&download] { return download.next(); }, directory);
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
