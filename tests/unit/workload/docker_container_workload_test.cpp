// The container workload against a scripted engine: the answers that a real one gives only on bad days.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "platform/clock.h"
#include "support/docker_frame.h"
#include "support/http_stub/http_stub.h"
#include "workload/docker/container_workload.h"
#include "workload/docker/create_request.h"
#include "workload/docker/own_containers.h"

namespace gpubench::workload {
namespace {

using namespace std::chrono_literals;
using support::docker_frame;
using support::HttpStub;
using support::stub_answer;
using support::StubConnection;
using support::StubRequest;
using testing::HasSubstr;

constexpr auto kPatience = 5s;  // of one poll; none should need it
const std::string kId(64, 'a');

// An engine whose every answer can be replaced; by default one container that prints "hello" and exits with 0.
class ScriptedEngine {
 public:
  ScriptedEngine() : stub_([this](const StubRequest& request, StubConnection& connection) { serve(request, connection); }) {}

  // Answers to "METHOD path" (without version and query); used up from the front, the last one stays.
  void script(const std::string& what, std::vector<std::string> answers) {
    const std::lock_guard lock(mutex_);
    answers_[what] = std::move(answers);
  }
  [[nodiscard]] std::string host() const { return "tcp://127.0.0.1:" + std::to_string(stub_.port()); }
  [[nodiscard]] int count(const std::string& what) const {
    int found = 0;
    for (const StubRequest& request : stub_.requests()) found += name_of(request) == what ? 1 : 0;
    return found;
  }
  [[nodiscard]] std::string last_body(const std::string& what) const {
    std::string body;
    for (const StubRequest& request : stub_.requests()) {
      if (name_of(request) == what) body = request.body;
    }
    return body;
  }
  [[nodiscard]] std::string last_target() const { return stub_.requests().back().target; }

  std::function<void()> on_hang;  // from the engine's threads; set before anything hangs

 private:
  static std::string name_of(const StubRequest& request) {
    std::string path = request.target.substr(0, request.target.find('?'));
    if (path.rfind("/v1.", 0) == 0) path = path.substr(path.find('/', 1));
    if (const std::size_t at = path.find("/" + kId); at != std::string::npos) path.erase(at, kId.size() + 1);
    return request.method + " " + path;
  }
  static std::string default_answer(const std::string& what) {
    static const std::map<std::string, std::string> answers = {
        {"GET /_ping", stub_answer(200, "OK", "Api-Version: 1.41\r\n")},
        {"GET /version", stub_answer(200, R"({"Version":"20.10.24"})")},
        {"GET /images/json", stub_answer(200, R"([{"Id":"sha256:0123","RepoTags":["img:latest"]}])")},
        {"GET /info", stub_answer(200, R"({"MemTotal":1000000})")},
        {"POST /containers/create", stub_answer(201, R"({"Id":")" + kId + R"("})")},
        {"GET /containers/json",
         stub_answer(200, R"({"State":{"Status":"exited","Running":false,"ExitCode":0},"Config":{"Tty":false}})")},
        {"POST /containers/attach", "HTTP/1.1 200 OK\r\n\r\n" + docker_frame(1, "hello")},
        {"GET /containers/logs", "HTTP/1.1 200 OK\r\n\r\n" + docker_frame(1, "hello")},
        {"POST /containers/wait", stub_answer(200, R"({"StatusCode":0,"Error":null})")},
        {"POST /containers/start", stub_answer(204, "")},
        {"POST /containers/kill", stub_answer(204, "")},
        {"DELETE /containers", stub_answer(204, "")},
        {"GET /containers/archive", stub_answer(404, R"({"message":"Could not find the file"})")}};
    const auto found = answers.find(what);
    return found == answers.end() ? stub_answer(404, R"({"message":"page not found"})") : found->second;
  }
  void serve(const StubRequest& request, StubConnection& connection) {
    std::string answer;
    {
      const std::lock_guard lock(mutex_);
      auto& scripted = answers_[name_of(request)];
      answer = scripted.empty() ? default_answer(name_of(request)) : scripted.front();
      if (scripted.size() > 1) scripted.erase(scripted.begin());
    }
    if (answer == "endless") {
      connection.send("HTTP/1.1 200 OK\r\n\r\n");
      return connection.wait_until_closed();
    }
    if (answer == "hang") {
      if (on_hang) on_hang();
      return connection.wait_until_closed();
    }
    connection.send(answer);
  }

  std::mutex mutex_;
  std::map<std::string, std::vector<std::string>> answers_;
  HttpStub stub_;
};

class Recorder final : public LogSink {
 public:
  void write(LogStream stream, std::string_view bytes) override { (stream == LogStream::out ? out : err).append(bytes); }
  std::string out;
  std::string err;
};

class ContainerWorkloadTest : public testing::Test {
 protected:
  ContainerOptions options() {
    ContainerOptions result;
    result.image = "img";
    result.docker_host = engine.host();
    result.run_id = "r1";
    result.reconnect_for = 50ms;
    result.host_root = "/nonexistent";
    return result;
  }
  base::Result<void> begin(ContainerOptions given) {
    workload = make_container_workload(std::move(given), clock, log);
    if (auto prepared = workload->prepare(); !prepared) return prepared;
    return workload->start();
  }
  base::Error failure() {
    const auto begun = begin(options());
    return begun ? base::Error{"no failure", ""} : begun.error();
  }
  WorkloadOutcome outcome() {
    const auto begun = begin(options());
    if (!begun) {
      ADD_FAILURE() << begun.error().message;
      return {};
    }
    for (int i = 0; i < 20; ++i) {
      const auto polled = workload->poll(kPatience, -1);
      if (polled && *polled) return **polled;
    }
    ADD_FAILURE() << "no end";
    return {};
  }

  ScriptedEngine engine;
  platform::SystemClock clock;
  Recorder log;
  std::unique_ptr<Workload> workload;
};

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
    auto given = options();
    given.docker_host = hanging.host();
    given.interrupt_fd = signal.fd();
    const base::SteadyTime before = clock.now();
    const auto begun = begin(given);
    ASSERT_FALSE(begun) << call;
    EXPECT_THAT(begun.error().message, HasSubstr("interrupted")) << call;
    workload.reset();
    EXPECT_LT(clock.now() - before, 4s) << call;
    // Of one whose creation was not answered only the name is known.
    const int removed = hanging.count("DELETE /containers") + hanging.count("DELETE /containers/" + container_name("r1"));
    EXPECT_EQ(removed, std::string(call).find("/containers/") != std::string::npos ? 1 : 0) << call;
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

TEST_F(ContainerWorkloadTest, RefusedStartCleansUpAndTellsTheEnginesWords) {
  engine.script("POST /containers/start", {stub_answer(500, R"({"message":"could not select device driver \"nvidia\""})")});
  const base::Error error = failure();
  EXPECT_THAT(error.message, HasSubstr("could not select device driver"));
  EXPECT_THAT(error.remedy, HasSubstr("nvidia-container-toolkit"));
  EXPECT_EQ(engine.count("DELETE /containers"), 1);
}

TEST_F(ContainerWorkloadTest, AnImageWithoutAProgramNamesTheRemedy) {
  for (const char* words : {"No command specified", "no command or entrypoint provided, and no CMD or ENTRYPOINT"}) {
    engine.script("POST /containers/create", {stub_answer(400, std::string(R"({"message":")") + words + R"("})")});
    EXPECT_THAT(failure().remedy, HasSubstr("after --"));
  }
}

TEST_F(ContainerWorkloadTest, RefusedAttachRemovesTheContainer) {
  engine.script("POST /containers/attach", {stub_answer(500, R"({"message":"no attach today"})")});
  EXPECT_THAT(failure().message, HasSubstr("no attach today"));
  EXPECT_EQ(engine.count("DELETE /containers"), 1);
}

TEST_F(ContainerWorkloadTest, LostAnswerToCreateIsRemovedByName) {
  engine.script("POST /containers/create", {"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{"});
  EXPECT_THAT(failure().message, HasSubstr("could not create the container"));
  EXPECT_THAT(engine.last_target(), HasSubstr("/containers/iris-gpubench-r1?force=1"));
}

TEST_F(ContainerWorkloadTest, NameConflictDoesNotRemoveTheOther) {
  engine.script("POST /containers/create", {stub_answer(409, R"({"message":"name is in use"})")});
  EXPECT_THAT(failure().message, HasSubstr("name is in use"));
  workload.reset();
  EXPECT_EQ(engine.count("DELETE /containers/iris-gpubench-r1"), 0);
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

TEST_F(ContainerWorkloadTest, ARemovalThatTakesLongerThanItsRequestIsWaitedFor) {
  const std::string removing =
      stub_answer(200, R"({"State":{"Status":"removing","Running":false,"Dead":true},"Config":{"Tty":false}})");
  ASSERT_EQ(outcome().exit_code, 0);
  engine.script("DELETE /containers", {"HTTP/1.1 204 No", stub_answer(500, "asked twice")});
  engine.script("GET /containers/json", {removing, removing, stub_answer(404, R"({"message":"No such container"})")});
  const auto cleaned = workload->cleanup();
  EXPECT_TRUE(cleaned) << cleaned.error().message;
}

TEST_F(ContainerWorkloadTest, ARemovalThatTheEngineDoesNotWorkOnIsSaid) {
  ASSERT_EQ(outcome().exit_code, 0);
  engine.script("DELETE /containers", {"HTTP/1.1 204 No"});
  const auto cleaned = workload->cleanup();
  ASSERT_FALSE(cleaned);
  EXPECT_THAT(cleaned.error().message, HasSubstr("could not remove the container"));
  EXPECT_THAT(cleaned.error().remedy, HasSubstr("docker rm --force"));
}

TEST_F(ContainerWorkloadTest, ARemovalAtWhichTheEngineFailsIsAskedForAgain) {
  ASSERT_EQ(outcome().exit_code, 0);
  const std::string failed = stub_answer(500, R"({"message":"driver failed to remove root filesystem"})");
  engine.script("DELETE /containers", {failed, failed, stub_answer(204, "")});
  const auto cleaned = workload->cleanup();
  EXPECT_TRUE(cleaned) << cleaned.error().message;
  EXPECT_EQ(engine.count("DELETE /containers"), 3);
}

TEST_F(ContainerWorkloadTest, ARemovalAtWhichTheEngineGoesOnFailingIsSaidInItsWords) {
  ASSERT_EQ(outcome().exit_code, 0);
  engine.script("DELETE /containers", {stub_answer(500, R"({"message":"driver failed to remove root filesystem"})")});
  const auto cleaned = workload->cleanup();
  ASSERT_FALSE(cleaned);
  EXPECT_THAT(cleaned.error().message, HasSubstr("driver failed to remove root filesystem"));
}

TEST_F(ContainerWorkloadTest, OneLeftBehindIsRemovedWithTheSamePatience) {
  const std::string failed = stub_answer(500, R"({"message":"driver failed to remove root filesystem"})");
  engine.script("DELETE /containers", {failed, stub_answer(204, "")});
  EngineLocation location;
  location.host = engine.host();
  OwnContainer left;
  left.id = kId;
  const auto removed = remove_own_container(location, left, clock);
  EXPECT_TRUE(removed) << removed.error().message;
  EXPECT_EQ(engine.count("DELETE /containers"), 2);
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

TEST_F(ContainerWorkloadTest, CleanupToleratesAContainerThatIsGone) {
  engine.script("DELETE /containers", {stub_answer(404, R"({"message":"no such container"})")});
  EXPECT_EQ(outcome().exit_code, 0);
  EXPECT_TRUE(workload->cleanup());
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
