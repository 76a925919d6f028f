// The engine's frames: taking them in two pieces gives what taking them at once gives.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "workload/docker/engine/frame_demultiplexer.h"

namespace {

using namespace gpubench::workload;

struct Taken {
  std::string out;
  std::string err;
  std::string failure;
  friend bool operator==(const Taken&, const Taken&) = default;
};

Taken take(std::string_view first, std::string_view second) {
  Taken taken;
  FrameDemultiplexer demultiplexer(FrameDemultiplexer::Framing::frames, [&](LogStream stream, std::string_view payload) {
    (stream == LogStream::err ? taken.err : taken.out).append(payload);
  });
  (void)demultiplexer.feed(first);
  (void)demultiplexer.feed(second);
  if (const auto finished = demultiplexer.finish(); !finished) taken.failure = finished.error().message;
  return taken;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  const std::size_t split = size == 1 ? 0 : bytes[0] % size;
  if (take(stream, {}) != take(stream.substr(0, split), stream.substr(std::min(split, stream.size())))) std::abort();
  return 0;
}
