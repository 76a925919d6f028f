// Takes the engine's attach and log streams apart into stdout and stderr.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "workload/workload.h"

namespace gpubench::workload {

// A stream of frames (type, 3 zero bytes, length as 32 bits big-endian, payload), fed in pieces of any size. Payloads are
// passed on as they come: a length is never trusted with memory. After an error it takes nothing more.
class FrameDemultiplexer {
 public:
  enum class Framing : std::uint8_t { frames, raw };  // raw: the container has a terminal, all is stdout
  using Receive = std::function<void(LogStream, std::string_view)>;

  FrameDemultiplexer(Framing framing, Receive receive) : framing_(framing), receive_(std::move(receive)) {}

  base::Result<void> feed(std::string_view bytes);
  // At the end of the stream: an error if it stops within a frame.
  base::Result<void> finish();

 private:
  enum class Type : std::uint8_t { input = 0, output = 1, error = 2, engine_error = 3 };
  base::Result<void> read_header();
  void read_payload(std::string_view payload);
  base::Result<void> fail(std::string message);

  Framing framing_;
  Receive receive_;
  std::array<unsigned char, 8> header_{};
  std::size_t header_size_ = 0;     // bytes of it seen so far
  std::uint32_t payload_left_ = 0;  // bytes of the frame still to come
  Type type_ = Type::output;
  std::string engine_error_;  // payload of an engine_error frame, its start
  std::string failure_;       // message of the first error
};

}  // namespace gpubench::workload
