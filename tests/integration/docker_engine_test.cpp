// The container workload against a real Docker engine of its own, started by tests/support/start-dockerd.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <thread>

#include "platform/clock.h"
#include "platform/http_client.h"
#include "support/places/places.h"
#include "workload/docker/container_workload.h"
#include "workload/docker/images.h"

namespace gpubench::workload {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
namespace fs = std::filesystem;

const std::string kSupport = support::source_folder() + "/tests/support/";

// Runs a shell line; returns its exit code and what it wrote.
std::pair<int, std::string> shell(const std::string& line) {
  std::string output;
  FILE* pipe = popen((line + " 2>&1").c_str(), "r");
  std::array<char, 4096> chunk;
  while (const std::size_t count = fread(chunk.data(), 1, chunk.size(), pipe)) output.append(chunk.data(), count);
  const int status = pclose(pipe);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, output};
}

// A real engine with data of its own.
class Engine {
 public:
  Engine() {
    std::string name = "/tmp/gpubench-engine-XXXXXX";
    if (mkdtemp(name.data()) != nullptr) directory_ = name;
    start();
  }
  ~Engine() { shell(kSupport + "stop-dockerd " + directory_); }
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  // Data and containers of an earlier start are kept.
  void start(const std::string& options = "") {
    const auto [code, output] = shell(kSupport + "start-dockerd " + directory_ + " " + options);
    ASSERT_EQ(code, 0) << output
                       << "These tests need a real engine: install docker.io and busybox-static, and run them as root.";
    const std::size_t at = output.find("PID=");
    ASSERT_NE(at, std::string::npos) << output;
    pid_ = std::stoi(output.substr(at + 4));
  }
  // As a crash of the engine: containers run on.
  void crash() const {
    ASSERT_EQ(::kill(pid_, SIGKILL), 0);
    for (int i = 0; i < 200 && fs::exists("/proc/" + std::to_string(pid_)); ++i) std::this_thread::sleep_for(10ms);
  }
  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] std::string socket() const { return directory_ + "/docker.sock"; }
  [[nodiscard]] std::string host() const { return "unix://" + socket(); }
  [[nodiscard]] std::string directory() const { return directory_; }
  [[nodiscard]] nlohmann::json get(const std::string& path) const {
    platform::HttpRequest request;
    request.url = "http://localhost" + path;
    request.unix_socket = socket();
    const auto answer = platform::make_http_client()->perform(request);
    return answer ? nlohmann::json::parse(answer->body, nullptr, false) : nlohmann::json();
  }

 private:
  std::string directory_;
  pid_t pid_ = 0;
};

class Recorder final : public LogSink {
 public:
  void write(LogStream stream, std::string_view bytes) override { (stream == LogStream::out ? out : err).append(bytes); }
  std::string out;
  std::string err;
};

class DockerEngine : public testing::Test {
 protected:
  static inline std::unique_ptr<Engine> engine;  // one for each suite
  static void SetUpTestSuite() { engine = std::make_unique<Engine>(); }
  static void TearDownTestSuite() { engine.reset(); }
  void SetUp() override { ASSERT_NE(engine->pid(), 0) << "no engine"; }
  void TearDown() override {
    workload.reset();
    EXPECT_EQ(engine->get("/containers/json?all=1"), nlohmann::json::array()) << "a container was left behind";
  }
  ContainerOptions options(const std::string& script) {
    ContainerOptions result;
    result.image = "bb";
    result.docker_host = engine->host();
    result.run_id = "test-" + std::to_string(getpid()) + "-" + std::to_string(++runs_);
    result.command = {"sh", "-c", script};
    return result;
  }
  void make(ContainerOptions given) { workload = make_container_workload(std::move(given), clock, log); }
  void begin(const std::string& script) {
    make(options(script));
    auto prepared = workload->prepare();
    ASSERT_TRUE(prepared) << prepared.error().message;
    auto started = workload->start();
    ASSERT_TRUE(started) << started.error().message;
  }
  // Polls until the end, at most a minute.
  WorkloadOutcome wait() {
    const base::SteadyTime deadline = clock.now() + 60s;
    while (clock.now() < deadline) {
      const auto outcome = workload->poll(200ms, -1);
      if (!outcome) ADD_FAILURE() << outcome.error().message;
      if (!outcome) return {};
      if (*outcome) return **outcome;
    }
    ADD_FAILURE() << "no end within a minute";
    return {};
  }
  void poll_for(base::Duration duration) {
    const base::SteadyTime deadline = clock.now() + duration;
    while (clock.now() < deadline) {
      const auto outcome = workload->poll(deadline - clock.now(), -1);
      if (outcome && *outcome) break;
    }
  }
  WorkloadOutcome run(const std::string& script) {
    begin(script);
    return HasFatalFailure() ? WorkloadOutcome{} : wait();
  }

  platform::SystemClock clock;
  Recorder log;
  std::unique_ptr<Workload> workload;

 private:
  static inline int runs_ = 0;
};

std::string numbers(int last) {
  std::string text;
  for (int i = 1; i <= last; ++i) text += std::to_string(i) + "\n";
  return text;
}

TEST_F(DockerEngine, ExitCodesAreTold) {
  for (const int code : {0, 7, 137, 255}) {
    EXPECT_EQ(run("exit " + std::to_string(code)).exit_code, code);
    ASSERT_TRUE(workload->cleanup());
    ASSERT_TRUE(workload->cleanup());
  }
}

TEST_F(DockerEngine, KilledFromWithinIs137AndNotByUs) {
  const WorkloadOutcome outcome = run("sh -c 'kill -9 $$'");
  EXPECT_EQ(outcome.exit_code, 137);
  EXPECT_FALSE(outcome.stopped_by_us);
  EXPECT_FALSE(outcome.out_of_memory);
}

TEST_F(DockerEngine, BothStreamsArriveApart) {
  EXPECT_EQ(run("echo to out; echo to err >&2; printf 'no newline'").exit_code, 0);
  EXPECT_EQ(log.out, "to out\nno newline");
  EXPECT_EQ(log.err, "to err\n");
}

// scripts/soak-containers repeats it up to a thousand.
TEST_F(DockerEngine, FiftyThatExitAtOnce) {
  for (int i = 0; i < 50; ++i) {
    log.out.clear();
    const WorkloadOutcome outcome = run("echo first; echo last; exit " + std::to_string(i % 8));
    ASSERT_EQ(outcome.exit_code, i % 8) << "run " << i << ": " << outcome.note;
    ASSERT_EQ(log.out, "first\nlast\n") << "run " << i;
    ASSERT_GT(outcome.ran.length(), 0ns);
    ASSERT_LT(outcome.ran.length(), 5s);
    ASSERT_TRUE(workload->cleanup());
  }
}

TEST_F(DockerEngine, WindowIsTheProcessesOwn) {
  const WorkloadOutcome outcome = run("sleep 1");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_GT(outcome.ran.length(), 700ms);  // the engine notes the start after it
  EXPECT_LT(outcome.ran.length(), 3s);
}

TEST_F(DockerEngine, TwentyMegabytesAreComplete) {
  EXPECT_EQ(run("seq 1 2700000").exit_code, 0);
  EXPECT_EQ(log.out.size(), numbers(2700000).size());
  EXPECT_TRUE(log.out == numbers(2700000));
}

TEST_F(DockerEngine, DescriptionNamesEngineAndImage) {
  begin("true");
  wait();
  EXPECT_EQ(workload->description().name, "bb");
  EXPECT_THAT(workload->description().engine, HasSubstr("Docker "));
  EXPECT_THAT(workload->description().image_id, HasSubstr("sha256:"));
  EXPECT_EQ(workload->description().gpu_access, "none");
  EXPECT_EQ(workload->description().command_line, "sh -c true");
}

TEST_F(DockerEngine, ContainerIsMadeWithoutPrivileges) {
  begin("sleep 30");
  const auto list = engine->get("/containers/json?all=1");
  ASSERT_EQ(list.size(), 1U);
  const auto container = engine->get("/containers/" + list[0]["Id"].get<std::string>() + "/json");
  const auto& host = container["HostConfig"];
  EXPECT_EQ(host["Privileged"], false);
  EXPECT_EQ(host["AutoRemove"], false);
  EXPECT_EQ(host["SecurityOpt"], nlohmann::json::array({"no-new-privileges"}));
  EXPECT_EQ(host["LogConfig"]["Type"], "local");
  EXPECT_THAT(container["Name"].get<std::string>(), HasSubstr("iris-gpubench-test-"));
  EXPECT_THAT(container["Config"]["Labels"]["iris-gpubench.run"].get<std::string>(), HasSubstr("test-"));
}

TEST_F(DockerEngine, UnknownImageListsThoseThatThereAre) {
  ContainerOptions given = options("true");
  for (const char* image : {"b", "bbb", "bb:other", "../bb", "bb;ls", "no/such"}) {
    given.image = image;
    make(given);
    const auto prepared = workload->prepare();
    ASSERT_FALSE(prepared) << image;
    EXPECT_THAT(prepared.error().message, HasSubstr("available images: bb"));
  }
}

TEST_F(DockerEngine, ImagesAreListed) {
  const auto images = list_container_images(EngineLocation{engine->host(), {}});
  ASSERT_TRUE(images) << images.error().message;
  EXPECT_EQ(*images, std::vector<std::string>{"bb"});
}

TEST_F(DockerEngine, BadCommandIsToldInTheEnginesWords) {
  ContainerOptions given = options("");
  given.command = {"/no/such/program"};
  make(given);
  ASSERT_TRUE(workload->prepare());
  const auto started = workload->start();
  // docker-init as PID 1 starts, and says itself that it cannot run the program.
  if (started) {
    EXPECT_EQ(wait().exit_code, 127);
  } else {
    EXPECT_THAT(started.error().message, HasSubstr("no such file"));
  }
}

TEST_F(DockerEngine, StartFailureLeavesNothing) {
  ContainerOptions given = options("true");
  given.binds = {"/etc/hostname:/bin/sh/x"};  // cannot be mounted below a file
  make(given);
  ASSERT_TRUE(workload->prepare());
  const auto started = workload->start();
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().message, HasSubstr("could not start the container"));
  EXPECT_EQ(engine->get("/containers/json?all=1"), nlohmann::json::array());
}

TEST_F(DockerEngine, StopEndsAtOnceWhatListens) {
  begin("trap 'exit 3' TERM; echo ready; while :; do sleep 0.05; done");
  while (log.out.empty()) poll_for(20ms);
  workload->stop();
  const WorkloadOutcome outcome = wait();
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_TRUE(outcome.stopped_by_us);
}

TEST_F(DockerEngine, StopKillsAfterTheGraceWhatDoesNotListen) {
  ContainerOptions given = options("trap '' TERM; echo ready; while :; do sleep 0.05; done");
  given.stop_grace = 1s;
  make(given);
  ASSERT_TRUE(workload->prepare());
  ASSERT_TRUE(workload->start());
  while (log.out.empty()) poll_for(20ms);
  const base::SteadyTime before = clock.now();
  workload->stop();
  workload->stop();
  const WorkloadOutcome outcome = wait();
  EXPECT_EQ(outcome.exit_code, 137);
  EXPECT_TRUE(outcome.stopped_by_us);
  EXPECT_GT(clock.now() - before, 900ms);
  EXPECT_LT(clock.now() - before, 8s);
}

TEST_F(DockerEngine, KillEndsAtOnce) {
  begin("trap '' TERM; echo ready; while :; do sleep 0.05; done");
  while (log.out.empty()) poll_for(20ms);
  const base::SteadyTime before = clock.now();
  workload->kill();
  EXPECT_EQ(wait().exit_code, 137);
  EXPECT_LT(clock.now() - before, 5s);  // of a grace of ten
}

TEST_F(DockerEngine, StopAndKillAfterTheEndDoNothing) {
  EXPECT_EQ(run("exit 7").exit_code, 7);
  workload->stop();
  workload->kill();
  EXPECT_EQ(wait().exit_code, 7);
  EXPECT_FALSE(wait().stopped_by_us);
}

TEST_F(DockerEngine, WakeDescriptorEndsAPoll) {
  begin("sleep 30");
  const int wake = eventfd(1, EFD_CLOEXEC);
  const base::SteadyTime before = clock.now();
  const auto outcome = workload->poll(20s, wake);
  ::close(wake);
  EXPECT_TRUE(outcome && !*outcome);
  EXPECT_LT(clock.now() - before, 5s);
}

TEST_F(DockerEngine, BindsEnvironmentAndTmpfsArePassedOn) {
  const fs::path folder = fs::path(engine->directory()) / "shared";
  fs::create_directories(folder);
  std::ofstream(folder / "given") << "from the host";
  ContainerOptions given =
      options("cat /shared/given; echo \" $WORD\"; echo x > /scratch/x && cat /scratch/x; echo y > /shared/y");
  given.binds = {folder.string() + ":/shared:ro"};
  given.env = {"WORD=two words"};
  given.tmpfs = {"/scratch:size=1m"};
  make(given);
  ASSERT_TRUE(workload->prepare());
  ASSERT_TRUE(workload->start());
  EXPECT_NE(wait().exit_code, 0);  // the last echo: read-only
  EXPECT_EQ(log.out, "from the host two words\nx\n");
}

TEST_F(DockerEngine, EntrypointReplacesTheImages) {
  ContainerOptions given = options("");
  given.entrypoint = "echo";
  given.command = {"hello"};
  make(given);
  ASSERT_TRUE(workload->prepare());
  ASSERT_TRUE(workload->start());
  EXPECT_EQ(wait().exit_code, 0);
  EXPECT_EQ(log.out, "hello\n");
}

TEST_F(DockerEngine, ResultsAreCopiedAndLinksRefused) {
  run("mkdir -p /root/results/sub; echo 'time: 12.5' > /root/results/metrics.yml; echo deep > /root/results/sub/file;"
      "ln -s /etc/passwd /root/results/link; mkfifo /root/results/fifo; ln /root/results/metrics.yml /root/results/zz.yml;"
      "dd if=/dev/zero of=/root/results/big bs=1M count=20 2>/dev/null; echo e > \"/root/results/$(printf 'esc\\033x')\"");
  const fs::path results = fs::path(engine->directory()) / "results";
  fs::remove_all(results);
  const auto collected = workload->collect_results(results);
  ASSERT_TRUE(collected) << collected.error().message;
  EXPECT_TRUE(*collected);
  const auto text = [&](const char* name) {
    std::ostringstream content;
    content << std::ifstream(results / name).rdbuf();
    return content.str();
  };
  EXPECT_EQ(text("metrics.yml"), "time: 12.5\n");
  EXPECT_EQ(text("zz.yml"), "time: 12.5\n");
  EXPECT_EQ(text("sub/file"), "deep\n");
  EXPECT_EQ(text("esc%1Bx"), "e\n");
  EXPECT_EQ(fs::file_size(results / "big"), 20U << 20U);
  EXPECT_FALSE(fs::exists(fs::symlink_status(results / "link")));
  EXPECT_FALSE(fs::exists(fs::symlink_status(results / "fifo")));
  EXPECT_THAT(text("skipped.txt"), HasSubstr("results/link: symbolic link"));
  EXPECT_THAT(text("skipped.txt"), HasSubstr("results/fifo: neither"));
  EXPECT_TRUE(workload->cleanup());
}

TEST_F(DockerEngine, NoResultsIsNotAnError) {
  run("true");
  const auto collected = workload->collect_results(fs::path(engine->directory()) / "none");
  ASSERT_TRUE(collected) << collected.error().message;
  EXPECT_FALSE(*collected);
  EXPECT_FALSE(fs::exists(fs::path(engine->directory()) / "none"));
}

TEST_F(DockerEngine, DestructorRemovesARunningContainer) {
  begin("sleep 100");
  workload.reset();  // TearDown looks
}

TEST_F(DockerEngine, PreparedButNeverStartedIsRemoved) {
  make(options("true"));
  ASSERT_TRUE(workload->prepare());
}

TEST_F(DockerEngine, ContainerRemovedBySomeoneElseIsUnknown) {
  begin("sleep 100");
  poll_for(100ms);
  shell("docker -H " + engine->host() + " rm -f $(docker -H " + engine->host() + " ps -q)");
  const WorkloadOutcome outcome = wait();
  EXPECT_TRUE(!outcome.exit_code || *outcome.exit_code == 137);
}

TEST_F(DockerEngine, NoEngineIsToldWithTheRemedy) {
  ContainerOptions given = options("true");
  given.docker_host = "unix://" + engine->directory() + "/nobody.sock";
  make(given);
  const auto prepared = workload->prepare();
  ASSERT_FALSE(prepared);
  EXPECT_THAT(prepared.error().message, HasSubstr("nobody.sock"));
  EXPECT_THAT(prepared.error().remedy, HasSubstr("install Docker"));
}

// A suite, and so an engine, of its own: after a crash this engine takes 0.2 s for each container that it ever had.
class DockerEngineCrash : public DockerEngine {};

std::string lines(const std::string& word, int last) {
  std::string text;
  for (int i = 1; i <= last; ++i) text += word + " " + std::to_string(i) + "\n";
  return text;
}

// The engine is killed mid-run and comes back while the container runs: it asks the container to end, which this one takes
// as the sign to write on, and then takes its output and its end as if nothing had been.
TEST_F(DockerEngineCrash, LosesNeitherExitCodeNorALine) {
  begin(
      "trap back=yes TERM; print() { for i in $(seq $1 $2); do echo line $i; echo err $i >&2; sleep 0.05; done; };"
      "print 1 40; until [ $back ]; do sleep 0.1; done; print 41 60; exit 7");
  poll_for(600ms);
  EXPECT_FALSE(log.out.empty());
  engine->crash();
  poll_for(200ms);
  engine->start();
  const WorkloadOutcome outcome = wait();
  EXPECT_EQ(outcome.exit_code, 7) << outcome.note;
  EXPECT_EQ(log.out, lines("line", 60)) << outcome.note;
  EXPECT_EQ(log.err, lines("err", 60)) << outcome.note;
}

// What a container writes while no engine is there and that ends before one comes back, no engine has: that is said.
TEST_F(DockerEngineCrash, EndWhileTheEngineIsAwayHasItsExitCodeAndANote) {
  begin("for i in $(seq 1 60); do echo line $i; sleep 0.05; done; exit 7");
  while (log.out.empty()) poll_for(100ms);
  engine->crash();
  poll_for(6s);
  engine->start();
  const WorkloadOutcome outcome = wait();
  EXPECT_EQ(outcome.exit_code, 7) << outcome.note;
  EXPECT_EQ(lines("line", 60).compare(0, log.out.size(), log.out), 0) << log.out;
  EXPECT_THAT(outcome.note, HasSubstr("may lack"));
}

// With live-restore the container runs on under the new engine.
TEST_F(DockerEngineCrash, WithLiveRestoreIsFollowedOn) {
  engine->crash();
  engine->start("--live-restore");
  const fs::path folder = fs::path(engine->directory()) / "bound";
  fs::create_directory(folder);
  ContainerOptions given = options(
      "print() { for i in $(seq $1 $2); do echo line $i; sleep 0.05; done; };"
      "print 1 40; until [ -e /shared/back ]; do sleep 0.1; done; print 41 60; exit 9");
  given.binds = {folder.string() + ":/shared:ro"};
  make(given);
  ASSERT_TRUE(workload->prepare());
  ASSERT_TRUE(workload->start());
  poll_for(600ms);
  engine->crash();
  poll_for(200ms);
  engine->start("--live-restore");
  std::ofstream(folder / "back") << "the engine is back";
  const WorkloadOutcome outcome = wait();
  EXPECT_EQ(outcome.exit_code, 9) << outcome.note;
  EXPECT_EQ(log.out, lines("line", 60)) << outcome.note;
}

TEST_F(DockerEngineCrash, EngineGoneForGoodIsUnknownNotZero) {
  ContainerOptions given = options("sleep 1");
  given.reconnect_for = 1s;
  make(given);
  ASSERT_TRUE(workload->prepare());
  ASSERT_TRUE(workload->start());
  engine->crash();
  const WorkloadOutcome outcome = wait();
  EXPECT_EQ(outcome.exit_code, std::nullopt);
  EXPECT_THAT(outcome.note, HasSubstr("the connection to the engine was lost and did not come back"));
  const auto cleaned = workload->cleanup();
  ASSERT_FALSE(cleaned);
  EXPECT_THAT(cleaned.error().remedy, HasSubstr("docker rm --force"));
  engine->start();
  EXPECT_TRUE(workload->cleanup());
}

}  // namespace
}  // namespace gpubench::workload
