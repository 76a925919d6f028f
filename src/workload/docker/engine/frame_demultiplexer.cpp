#include "workload/docker/engine/frame_demultiplexer.h"

#include <algorithm>

namespace gpubench::workload {
namespace {

constexpr std::size_t kMaxEngineError = 4096;

}  // namespace

base::Result<void> FrameDemultiplexer::feed(std::string_view bytes) {
  if (!failure_.empty()) return base::failure(failure_);
  if (framing_ == Framing::raw) {
    if (!bytes.empty()) receive_(LogStream::out, bytes);
    return {};
  }
  while (!bytes.empty()) {
    if (header_size_ < header_.size()) {
      header_[header_size_++] = static_cast<unsigned char>(bytes.front());
      bytes.remove_prefix(1);
      if (header_size_ < header_.size()) continue;
      if (auto read = read_header(); !read) return read;
    } else {
      const std::string_view payload = bytes.substr(0, payload_left_);
      bytes.remove_prefix(payload.size());
      payload_left_ -= static_cast<std::uint32_t>(payload.size());
      read_payload(payload);
    }
    if (payload_left_ > 0) continue;
    header_size_ = 0;
    if (type_ == Type::engine_error) return fail("the engine reported: " + engine_error_);
  }
  return {};
}

base::Result<void> FrameDemultiplexer::finish() {
  if (!failure_.empty()) return base::failure(failure_);
  if (framing_ == Framing::raw || header_size_ == 0) return {};
  if (header_size_ < header_.size()) return fail("the stream ended within a frame's header");
  return fail("the stream ended " + std::to_string(payload_left_) + " bytes before the end of a frame");
}

base::Result<void> FrameDemultiplexer::read_header() {
  if (header_[0] > 3 || header_[1] != 0 || header_[2] != 0 || header_[3] != 0) {
    return fail("the stream holds a frame of unknown type " + std::to_string(header_[0]));
  }
  type_ = static_cast<Type>(header_[0]);
  payload_left_ = 0;
  for (std::size_t i = 4; i < header_.size(); ++i) payload_left_ = payload_left_ << 8 | header_[i];
  return {};
}

void FrameDemultiplexer::read_payload(std::string_view payload) {
  if (type_ == Type::engine_error) {
    engine_error_.append(payload.substr(0, kMaxEngineError - std::min(kMaxEngineError, engine_error_.size())));
  } else {
    receive_(type_ == Type::error ? LogStream::err : LogStream::out, payload);
  }
}

base::Result<void> FrameDemultiplexer::fail(std::string message) {
  failure_ = std::move(message);
  return base::failure(failure_);
}

}  // namespace gpubench::workload
