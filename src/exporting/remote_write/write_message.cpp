#include "exporting/remote_write/write_message.h"

#include <bit>
#include <cstdint>
#include <string_view>

namespace gpubench::exporting {
namespace {

enum class Wire : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2 };

void put_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7U) out += static_cast<char>((value & 0x7FU) | 0x80U);
  out += static_cast<char>(value);
}
void put_key(std::string& out, unsigned field, Wire wire) {
  put_varint(out, (static_cast<std::uint64_t>(field) << 3U) | static_cast<std::uint64_t>(wire));
}
void put_bytes(std::string& out, unsigned field, std::string_view bytes) {
  put_key(out, field, Wire::bytes);
  put_varint(out, bytes.size());
  out += bytes;
}
void put_double(std::string& out, unsigned field, double value) {
  put_key(out, field, Wire::fixed64);
  const auto bits = std::bit_cast<std::uint64_t>(value);
  for (unsigned shift = 0; shift < 64; shift += 8) out += static_cast<char>((bits >> shift) & 0xFFU);
}

std::string label(std::string_view name, std::string_view value) {
  std::string out;
  put_bytes(out, 1, name);
  put_bytes(out, 2, value);
  return out;
}

// The labels of a TimeSeries, sorted by name: "__name__" comes before every letter in lower case.
std::string labels_of(const Series& series) {
  std::string out;
  put_bytes(out, 1, label("__name__", series.name));
  for (const auto& [name, value] : series.labels) put_bytes(out, 1, label(name, value));
  return out;
}

void put_sample(std::string& out, const Sample& sample, std::string& scratch) {
  scratch.clear();
  put_double(scratch, 1, sample.value);
  put_key(scratch, 2, Wire::varint);
  put_varint(scratch, static_cast<std::uint64_t>(sample.time_ms));
  put_bytes(out, 2, scratch);
}

}  // namespace

std::string write_message(std::span<const Sample> samples, std::span<const Series> series) {
  std::string message;
  std::string scratch;
  for (std::size_t i = 0; i < samples.size();) {
    const std::uint32_t of = samples[i].series;
    std::string time_series = labels_of(series[of]);
    for (; i < samples.size() && samples[i].series == of; ++i) put_sample(time_series, samples[i], scratch);
    put_bytes(message, 1, time_series);
  }
  return message;
}

}  // namespace gpubench::exporting
