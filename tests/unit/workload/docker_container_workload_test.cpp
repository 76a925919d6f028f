// The container workload against a scripted engine: the answers that a real one gives only on bad days.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "unit/workload/scripted_engine.h"
#include "workload/docker/create_request.h"

namespace gpubench::workload {
namespace {

using testing::HasSubstr;

// A pull would move a name that the user has, and not help.
TEST_F(ContainerWorkloadTest, AnImageOfWhichThereAreTwoIsNotPulled) {
  const char* images = R"([{"Id":"1","RepoTags":["localhost/img:latest"]},{"Id":"2","RepoTags":["docker.io/img:latest"]}])";
  engine.script("GET /images/json", {stub_answer(200, images)});
  ContainerOptions missing = options();
  missing.settings.pull = PullPolicy::missing;
  EXPECT_THAT(begin(missing).error().message, HasSubstr("more than one image"));
}

TEST_F(ContainerWorkloadTest, GoodDay) {
  const base::SteadyTime before = clock.now();
  const WorkloadOutcome ended = outcome();
  EXPECT_LT(clock.now() - before, kPatience / 2);  // no poll sat it out
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_EQ(ended.note, "");
  EXPECT_EQ(log.out, "hello");
  EXPECT_EQ(workload->description().engine, "Docker 20.10.24");
  EXPECT_TRUE(workload->cleanup());
  EXPECT_THAT(engine.last_target(), HasSubstr("/v1.41/containers/" + kId + "?force=1&v=1"));
  EXPECT_TRUE(workload->cleanup());
  workload.reset();
  EXPECT_EQ(engine.count("DELETE /containers"), 1);
}

// A descriptor that becomes readable when the engine hangs, as that of the tool's signals does at a Ctrl-C.
class SignalWhenItHangs {
 public:
  explicit SignalWhenItHangs(ScriptedEngine& engine) {
    EXPECT_EQ(pipe(ends_.data()), 0);
    engine.on_hang = [this] { EXPECT_EQ(write(ends_[1], "x", 1), 1); };
  }
  [[nodiscard]] int fd() const { return ends_[0]; }

 private:
  std::array<int, 2> ends_{-1, -1};  // kept open: the engine's threads may still write
};

TEST_F(ContainerWorkloadTest, ASignalEndsEachCallThatHangsBeforeTheStart) {
  for (const char* call : {"GET /_ping", "GET /images/json", "GET /info", "POST /containers/create", "GET /containers/json",
                           "POST /containers/attach", "POST /containers/wait", "POST /containers/start"}) {
    ScriptedEngine hanging;
    const SignalWhenItHangs signal(hanging);
    hanging.script(call, {"hang"});
    const std::string by_name = "DELETE /containers/" + container_name("r1");
    hanging.script(by_name, {stub_answer(404, R"({"message":"No such container"})"), stub_answer(204, "")});
    auto given = options();
    given.docker_host = hanging.host();
    given.interrupt_fd = signal.fd();
    const base::SteadyTime before = clock.now();
    const auto begun = begin(given);
    ASSERT_FALSE(begun) << call;
    EXPECT_THAT(begun.error().message, HasSubstr("interrupted")) << call;
    workload.reset();
    EXPECT_LT(clock.now() - before, 4s) << call;
    const std::string what = call;
    const bool is_creation = what == "POST /containers/create";
    const bool is_made = !is_creation && what.find("/containers/") != std::string::npos;
    EXPECT_EQ(hanging.count("DELETE /containers"), is_made ? 1 : 0) << call;
    // Of one whose creation was not answered only the name is known, and the engine may know it only later.
    EXPECT_EQ(hanging.count(by_name), is_creation ? 2 : 0) << call;
  }
}

TEST_F(ContainerWorkloadTest, ASignalEndsTheCopyingAndTheRemovalAfterTheEnd) {
  const SignalWhenItHangs signal(engine);
  engine.script("GET /containers/archive", {"hang"});
  engine.script("DELETE /containers", {"hang"});
  auto given = options();
  given.interrupt_fd = signal.fd();
  ASSERT_TRUE(begin(given));
  std::optional<WorkloadOutcome> ended;
  while (!ended) ended = workload->poll(kPatience, -1).value();
  const base::SteadyTime before = clock.now();
  const auto collected = workload->collect_results(testing::TempDir());
  ASSERT_FALSE(collected);
  EXPECT_THAT(collected.error().message, HasSubstr("interrupted"));
  EXPECT_FALSE(workload->cleanup());
  EXPECT_LT(clock.now() - before, 10s);
  engine.script("DELETE /containers", {stub_answer(204, "")});
}

// It takes a container, and then answers nothing any more.
void freeze(ScriptedEngine& engine) {
  engine.script("POST /containers/wait", {"endless"});
  for (const char* call : {"POST /containers/kill", "GET /containers/archive", "DELETE /containers"})
    engine.script(call, {"hang"});
}

TEST_F(ContainerWorkloadTest, AKillThatTheEngineDoesNotTakeEndsTheRunSoon) {
  for (const bool second_signal : {false, true}) {
    ScriptedEngine frozen;
    const SignalWhenItHangs signal(frozen);
    freeze(frozen);
    auto given = options();
    given.docker_host = frozen.host();
    given.reconnect_for = 1h;
    if (second_signal) given.interrupt_fd = signal.fd();
    ASSERT_TRUE(begin(given));
    const base::SteadyTime before = clock.now();
    if (second_signal) workload->stop();
    workload->kill();
    std::optional<WorkloadOutcome> ended;
    while (!ended) ended = workload->poll(kPatience, -1).value();
    EXPECT_THAT(ended->note, HasSubstr("did not answer when the container was to be killed"));
    EXPECT_FALSE(workload->collect_results(testing::TempDir()));
    EXPECT_FALSE(workload->cleanup());
    EXPECT_LT(clock.now() - before, second_signal ? 10s : 25s);
    frozen.script("DELETE /containers", {stub_answer(204, "")});
    workload.reset();
  }
}

TEST_F(ContainerWorkloadTest, WaitAnswersThatAreNoExitCodeAreUnknownNeverZero) {
  for (const char* body : {"", "{}", "{\"Status", "null", R"({"StatusCode":-1,"Error":{"Message":"gone"}})"}) {
    engine.script("POST /containers/wait", {stub_answer(200, body)});
    engine.script("GET /containers/json", {stub_answer(200, R"({"State":{"Status":"running","Running":true},"Config":{}})"),
                                           stub_answer(500, R"({"message":"lost"})")});
    const WorkloadOutcome ended = outcome();
    EXPECT_EQ(ended.exit_code, std::nullopt) << body;
    EXPECT_THAT(ended.note, HasSubstr("the connection to the engine was lost")) << body;
  }
}

TEST_F(ContainerWorkloadTest, BrokenWaitIsMadeUpForByInspect) {
  engine.script("POST /containers/wait", {stub_answer(200, "")});
  engine.script("GET /containers/json",
                {stub_answer(200, R"({"State":{"Status":"exited","Running":false,"ExitCode":7},"Config":{}})")});
  EXPECT_EQ(outcome().exit_code, 7);
  EXPECT_EQ(log.out, "hello");  // read again from the log, not twice
}

TEST_F(ContainerWorkloadTest, BrokenOutputIsReadAgainFromTheLog) {
  engine.script("POST /containers/attach", {"HTTP/1.1 200 OK\r\n\r\n" + docker_frame(1, "hello").substr(0, 10)});
  engine.script("GET /containers/logs",
                {"HTTP/1.1 200 OK\r\n\r\n" + docker_frame(2, "oops") + docker_frame(1, "hel") + docker_frame(1, "lo")});
  const WorkloadOutcome ended = outcome();
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_EQ(log.out, "hello");
  EXPECT_EQ(log.err, "oops");
  EXPECT_EQ(ended.note, "");
}

TEST_F(ContainerWorkloadTest, LogThatCannotBeReadAgainIsSaid) {
  engine.script("POST /containers/attach", {"HTTP/1.1 200 OK\r\n\r\n" + docker_frame(3, "disk full")});
  engine.script("GET /containers/logs",
                {stub_answer(501, R"({"message":"configured logging driver does not support reading"})")});
  const WorkloadOutcome ended = outcome();
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_THAT(ended.note, HasSubstr("disk full"));
  EXPECT_THAT(ended.note, HasSubstr("does not support reading"));
}

TEST_F(ContainerWorkloadTest, ShortenedLogIsSaid) {
  engine.script("POST /containers/attach", {"HTTP/1.1 200 OK\r\n\r\n" + docker_frame(1, "hello") + std::string(1, '\1')});
  engine.script("GET /containers/logs", {"HTTP/1.1 200 OK\r\n\r\n" + docker_frame(1, "lo")});
  EXPECT_THAT(outcome().note, HasSubstr("no longer has its beginning"));
  EXPECT_EQ(log.out, "hello");
}

TEST_F(ContainerWorkloadTest, WithoutInitWhereTheHostHasNone) {
  engine.script("POST /containers/start",
                {stub_answer(500, R"({"message":"exec: \"docker-init\": executable file not found in $PATH"})"),
                 stub_answer(204, "")});
  EXPECT_EQ(outcome().exit_code, 0);
  EXPECT_EQ(engine.count("POST /containers/create"), 2);
  EXPECT_EQ(engine.count("DELETE /containers"), 1);
  EXPECT_EQ(engine.last_body("POST /containers/create").find("Init"), std::string::npos);
}

TEST_F(ContainerWorkloadTest, WithoutLogDriverLocalWhereItIsRefused) {
  engine.script("POST /containers/create",
                {stub_answer(400, R"({"message":"logger: no log driver named 'local' is registered"})"),
                 stub_answer(201, R"({"Id":")" + kId + R"("})")});
  EXPECT_EQ(outcome().exit_code, 0);
  EXPECT_EQ(engine.last_body("POST /containers/create").find("LogConfig"), std::string::npos);
}

TEST_F(ContainerWorkloadTest, AnImageWithoutAProgramNamesTheRemedy) {
  for (const char* words : {"No command specified", "no command or entrypoint provided, and no CMD or ENTRYPOINT"}) {
    engine.script("POST /containers/create", {stub_answer(400, std::string(R"({"message":")") + words + R"("})")});
    EXPECT_THAT(failure().remedy, HasSubstr("after --"));
  }
}

TEST_F(ContainerWorkloadTest, WhatIsNoDockerEngineIsSaid) {
  engine.script("GET /_ping", {stub_answer(200, "<html>hello</html>")});
  EXPECT_THAT(failure().message, HasSubstr("is not a Docker engine"));
  engine.script("GET /_ping", {stub_answer(400, "Client sent an HTTP request to an HTTPS server.")});
  EXPECT_THAT(failure().message, HasSubstr("HTTPS server"));
  engine.script("GET /_ping", {stub_answer(502, "<html>bad gateway</html>")});
  EXPECT_THAT(failure().message, HasSubstr("bad gateway"));
}

TEST_F(ContainerWorkloadTest, AnEngineThatIsTooOldIsSaidWithTheRemedy) {
  engine.script("GET /_ping", {stub_answer(200, "OK", "Api-Version: 1.39\r\n")});
  const base::Error error = failure();
  EXPECT_THAT(error.message, HasSubstr("too old: it has API version 1.39, but 1.40 is needed"));
  EXPECT_THAT(error.remedy, HasSubstr("upgrade it to Docker 19.03"));
  engine.script("GET /_ping", {stub_answer(200, "OK", "Api-Version: 1.40\r\n")});
  EXPECT_TRUE(begin(options()));
}

TEST_F(ContainerWorkloadTest, AMountOfWhatIsNotThereNamesTheRemedy) {
  for (const char* words : {"invalid mount config for type \\\"bind\\\": bind source path does not exist: /nonexist",
                            "statfs /nonexist: no such file or directory"}) {
    engine.script("POST /containers/create", {stub_answer(400, R"({"message":")" + std::string(words) + "\"}")});
    const base::Error error = failure();
    EXPECT_THAT(error.message, HasSubstr("/nonexist"));
    EXPECT_THAT(error.remedy, HasSubstr("correct the path after --mount"));
  }
}

TEST_F(ContainerWorkloadTest, AVolumeThatIsNotThereIsNotMade) {
  auto given = options();
  given.settings.mounts = {{"/data", "/data", false}, {"imagnet", "/images", true}};
  engine.script("GET /volumes/imagnet", {stub_answer(404, R"({"message":"get imagnet: no such volume"})")});
  const auto begun = begin(given);
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().message, "the engine has no volume imagnet");
  EXPECT_EQ(begun.error().remedy, "docker volume create imagnet, or give an absolute path");
  EXPECT_EQ(engine.count("POST /containers/create"), 0);
  engine.script("GET /volumes/imagnet", {stub_answer(200, R"({"Name":"imagnet"})")});
  EXPECT_TRUE(begin(given));
}

TEST_F(ContainerWorkloadTest, NewerMinimumVersionIsSaidInTheEnginesWords) {
  engine.script("GET /_ping", {stub_answer(200, "OK", "Api-Version: 1.99\r\n")});
  engine.script(
      "GET /version",
      {stub_answer(400, R"({"message":"client version 1.50 is too old. Minimum supported API version is 1.60"})")});
  EXPECT_THAT(failure().message, HasSubstr("Minimum supported API version is 1.60"));
}

TEST_F(ContainerWorkloadTest, PodmanIsRecognised) {
  engine.script("GET /version",
                {stub_answer(200, R"({"Version":"4.3.1","Components":[{"Name":"Podman Engine","Version":"4.3.1"}]})")});
  EXPECT_EQ(outcome().exit_code, 0);
  EXPECT_EQ(workload->description().engine, "Podman 4.3.1");
  EXPECT_EQ(engine.last_body("POST /containers/create").find("LogConfig"), std::string::npos);
}

TEST_F(ContainerWorkloadTest, MissingGpusAreNoted) {
  ContainerOptions given = options();
  given.gpus = {{0, "GPU-1"}};
  ASSERT_TRUE(begin(given));
  EXPECT_EQ(workload->description().gpu_access, "none");
  EXPECT_THAT(workload->description().notes.at(0), HasSubstr("no /dev/nvidia*"));
}

TEST_F(ContainerWorkloadTest, AnEngineOnAnotherMachineGetsNoDriverOfThisOne) {
  namespace fs = std::filesystem;
  const fs::path root = fs::path(testing::TempDir()) / ("driver-" + std::to_string(getpid()));
  for (const char* name : {"dev/nvidia0", "dev/nvidiactl", "usr/local/nvidia/lib64/libcuda.so.1"}) {
    fs::create_directories((root / name).parent_path());
    std::ofstream(root / name) << "x";
  }
  engine.script("GET /images/sha256:0123/json", {stub_answer(200, R"({"Config":{"Env":[]}})")});
  ContainerOptions given = options();
  given.gpus = {{0, "GPU-1"}};
  given.host_root = root.string();
  ASSERT_TRUE(begin(given));
  EXPECT_THAT(engine.last_body("POST /containers/create"), HasSubstr("/dev/nvidia0"));
  given.docker_host.replace(given.docker_host.find("127.0.0.1"), 9, "0.0.0.0");  // leads here, but does not say so
  ASSERT_TRUE(begin(given));
  const std::string body = engine.last_body("POST /containers/create");
  EXPECT_THAT(body, testing::Not(HasSubstr("Devices")));
  EXPECT_THAT(body, HasSubstr(R"("Binds":[])"));
  EXPECT_THAT(workload->description().notes.at(0), HasSubstr("on another machine"));
  fs::remove_all(root);
}

TEST_F(ContainerWorkloadTest, StopOfAContainerThatIsOverIsTolerated) {
  engine.script("POST /containers/wait", {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"});
  engine.script("POST /containers/kill", {stub_answer(409, R"({"message":"not running"})")});
  ASSERT_TRUE(begin(options()));
  workload->stop();
  workload->kill();
  const auto polled = workload->poll(500ms, -1);
  ASSERT_TRUE(polled && *polled);
  EXPECT_FALSE((*polled)->stopped_by_us);
}

TEST_F(ContainerWorkloadTest, NoResultsIsFalse) {
  EXPECT_EQ(outcome().exit_code, 0);
  const auto collected = workload->collect_results("/nonexistent/never/made");
  ASSERT_TRUE(collected);
  EXPECT_FALSE(*collected);
}

TEST_F(ContainerWorkloadTest, PollBeforeStartIsAnError) {
  workload = make_container_workload(options(), clock, log);
  EXPECT_FALSE(workload->poll(1ms, -1));
  EXPECT_FALSE(workload->start());
  workload->stop();
  workload->kill();
  EXPECT_TRUE(workload->cleanup());
}

}  // namespace
}  // namespace gpubench::workload
