// A scripted container engine, which gives the answers that a real one gives only on bad days, and the container workload
// before it.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "platform/clock.h"
#include "support/docker_frame.h"
#include "support/http_stub/http_stub.h"
#include "workload/docker/container_workload.h"

namespace gpubench::workload {

using namespace std::chrono_literals;
using support::docker_frame;
using support::HttpStub;
using support::stub_answer;
using support::StubConnection;
using support::StubRequest;

constexpr auto kPatience = 5s;  // of one poll; none should need it
inline const std::string kId(64, 'a');

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

}  // namespace gpubench::workload
