// The two streams that are opened before a container starts: its output, and the news of its end.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "workload/docker/engine/client.h"
#include "workload/docker/engine/frame_demultiplexer.h"

namespace gpubench::workload {

// Passes a container's output to the sink, each byte once, also after the stream broke and was read again from the log.
class OutputRelay {
 public:
  OutputRelay(EngineClient& engine, LogSink& log) : engine_(engine), log_(log) {}
  ~OutputRelay() { close(); }
  OutputRelay(const OutputRelay&) = delete;
  OutputRelay& operator=(const OutputRelay&) = delete;

  // Opens the live stream and waits for its headers; before start, so that nothing is lost.
  base::Result<void> attach(const std::string& container, FrameDemultiplexer::Framing framing);
  // Opens the engine's own log from its beginning, up to the container's end; what was passed on already is skipped.
  base::Result<void> replay(const std::string& container);
  // Call after each pump. The stream has ended, by itself or broken.
  bool ended();
  // Why output may be missing: the stream broke, or was not well-formed. Empty: nothing is known to be missing.
  [[nodiscard]] const std::string& trouble() const { return trouble_; }
  // After a replay that ended well: false if the log is shorter than what was passed on (it was rotated away).
  [[nodiscard]] bool log_was_complete() const { return skip_[0] == 0 && skip_[1] == 0; }
  void close();

 private:
  base::Result<void> open(const std::string& method, const std::string& path);
  void receive(LogStream stream, std::string_view bytes);

  EngineClient& engine_;
  LogSink& log_;
  FrameDemultiplexer::Framing framing_ = FrameDemultiplexer::Framing::frames;
  std::unique_ptr<FrameDemultiplexer> demultiplexer_;
  platform::HttpStreams::StreamId id_ = 0;
  bool ended_ = true;
  std::string refusal_;  // body of an answer other than 200
  std::string trouble_;
  std::array<std::uint64_t, 2> passed_on_{};  // bytes per LogStream
  std::array<std::uint64_t, 2> skip_{};       // bytes per LogStream still to be skipped in a replay
};

// Waits for the container's exit.
class ExitWatch {
 public:
  explicit ExitWatch(EngineClient& engine) : engine_(engine) {}
  ~ExitWatch() { close(); }
  ExitWatch(const ExitWatch&) = delete;
  ExitWatch& operator=(const ExitWatch&) = delete;

  // next: an exit still to come, asked for before the start; any: also one that has been.
  enum class Which : std::uint8_t { next, any };
  base::Result<void> open(const std::string& container, Which which);
  [[nodiscard]] bool ended() const;
  // After the end. Empty: the engine did not say (broken stream, empty or strange body); this is not 0.
  [[nodiscard]] std::optional<int> exit_code() const;
  // The engine's own error text in the answer, or "".
  [[nodiscard]] std::string engine_error() const;
  void close();

 private:
  EngineClient& engine_;
  platform::HttpStreams::StreamId id_ = 0;
  std::string body_;
};

// From the answer to .../wait: {"StatusCode": 7, "Error": null}
std::optional<int> parse_wait_answer(std::string_view body);

}  // namespace gpubench::workload
