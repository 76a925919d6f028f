#include "workload/docker/container_streams.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "base/json.h"

namespace gpubench::workload {
namespace {

constexpr auto kHeadersWithin = std::chrono::seconds(10);
constexpr std::size_t kMaxWaitBody = std::size_t{64} << 10;
constexpr std::size_t kMaxRefusal = 4096;

std::size_t index_of(LogStream stream) {
  return stream == LogStream::err ? 1 : 0;
}

// Waits for status 200; otherwise an error with the engine's words.
base::Result<void> expect_ok(EngineClient& engine, platform::HttpStreams::StreamId id, const std::string& body) {
  const auto status = engine.wait_for_status(id, kHeadersWithin);
  if (!status) return base::failure(status.error());
  if (*status == 200) return {};
  if (!engine.streams().state(id).finished) engine.streams().pump(std::chrono::seconds(1), -1);
  const std::string words = engine_words(body);
  return base::failure("status " + std::to_string(*status) + (words.empty() ? "" : ": " + words));
}

}  // namespace

base::Result<void> OutputRelay::attach(const std::string& container, FrameDemultiplexer::Framing framing) {
  framing_ = framing;
  trouble_.clear();
  return open("POST", "/containers/" + container + "/attach?stream=1&stdout=1&stderr=1");
}

base::Result<void> OutputRelay::replay(const std::string& container) {
  close();
  trouble_.clear();
  skip_ = passed_on_;
  return open("GET", "/containers/" + container + "/logs?follow=1&stdout=1&stderr=1");
}

base::Result<void> OutputRelay::open(const std::string& method, const std::string& path) {
  demultiplexer_ = std::make_unique<FrameDemultiplexer>(
      framing_, [this](LogStream stream, std::string_view bytes) { receive(stream, bytes); });
  refusal_.clear();
  const auto take = [this](int status, std::string_view piece) {
    if (status != 200) {
      refusal_.append(piece.substr(0, kMaxRefusal));
      return refusal_.size() < kMaxRefusal;
    }
    if (auto fed = demultiplexer_->feed(piece); !fed && trouble_.empty()) trouble_ = fed.error().message;
    return trouble_.empty();
  };
  const auto opened = engine_.streams().open(engine_.endless_request(method, path), take);
  if (!opened) return base::failure(opened.error());
  id_ = *opened;
  ended_ = false;
  auto ok = expect_ok(engine_, id_, refusal_);
  if (!ok) close();
  return ok;
}

void OutputRelay::receive(LogStream stream, std::string_view bytes) {
  const std::size_t i = index_of(stream);
  const auto skipped = static_cast<std::size_t>(std::min<std::uint64_t>(skip_[i], bytes.size()));
  skip_[i] -= skipped;
  bytes.remove_prefix(skipped);
  passed_on_[i] += bytes.size();
  if (!bytes.empty()) log_.write(stream, bytes);
}

bool OutputRelay::ended() {
  if (ended_) return true;
  const platform::HttpStreamState now = engine_.streams().state(id_);
  if (!now.finished) return false;
  ended_ = true;
  if (auto finished = demultiplexer_->finish(); !finished && trouble_.empty()) trouble_ = finished.error().message;
  if (now.error && trouble_.empty()) trouble_ = now.error->message;
  return true;
}

void OutputRelay::close() {
  engine_.streams().close(id_);
  ended_ = true;
}

base::Result<void> ExitWatch::open(const std::string& container, Which which) {
  close();
  body_.clear();
  const std::string condition = which == Which::next ? "next-exit" : "not-running";
  const auto opened =
      engine_.streams().open(engine_.endless_request("POST", "/containers/" + container + "/wait?condition=" + condition),
                             [this](int, std::string_view piece) {
                               body_.append(piece);
                               return body_.size() <= kMaxWaitBody;
                             });
  if (!opened) return base::failure(opened.error());
  id_ = *opened;
  auto ok = expect_ok(engine_, id_, body_);
  if (!ok) close();
  return ok;
}

bool ExitWatch::ended() const {
  return engine_.streams().state(id_).finished;
}

std::optional<int> ExitWatch::exit_code() const {
  return parse_wait_answer(body_);
}

std::string ExitWatch::engine_error() const {
  const auto json = base::parse_json(body_);
  const auto error = json.is_object() ? json.find("Error") : json.end();
  if (!json.is_object() || error == json.end() || !error->is_object()) return {};
  const std::string words = engine_words(error->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  const auto message = error->find("Message");
  return message != error->end() && message->is_string() ? engine_words(message->get_ref<const std::string&>()) : words;
}

void ExitWatch::close() {
  engine_.streams().close(id_);
}

std::optional<int> parse_wait_answer(std::string_view body) {
  const auto json = base::parse_json(body);
  if (!json.is_object()) return std::nullopt;
  const auto code = json.find("StatusCode");
  if (code == json.end() || !code->is_number_integer()) return std::nullopt;
  const auto value = code->get<std::int64_t>();
  if (value < 0 || value > 255) return std::nullopt;  // -1: Podman's "I could not find out"
  return static_cast<int>(value);
}

}  // namespace gpubench::workload
