// The bytes of a journal; docs/formats.md describes them. Little-endian throughout.
//
//   segment: header (96 bytes), then records without padding
//   header:  magic (8), version (4), segment number (4), seq of its first record (8), run id (64, zero-padded),
//            reserved (4), CRC-32C of all before (4)
//   record:  payload length (4), CRC-32C of length, seq and payload (4), seq (8), payload
//   payload: kind (1), fields of a reading (1), GPU position (2), then entries of one size, or a note's text
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "meter/reading.h"
#include "meter/value_facts.h"

namespace gpubench::series::journal_format {

static_assert(std::endian::native == std::endian::little, "the journal's bytes are copied as they are");

inline constexpr std::string_view kFolder = "journal";
inline constexpr std::size_t kHeaderBytes = 96;
inline constexpr std::size_t kLongestRunId = 64;
inline constexpr std::size_t kRecordHeadBytes = 16;
inline constexpr std::size_t kPayloadHeadBytes = 4;
inline constexpr std::size_t kFieldsAt = 1;  // in the payload
inline constexpr std::size_t kLargestPayload = std::size_t{1} << 20U;

enum class Kind : std::uint8_t { reading = 1, power = 2, counter = 3, note = 4 };

template <class T>
T get(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof(T));
  return value;
}
template <class T>
void put(std::byte* to, T value) {
  std::memcpy(to, &value, sizeof(T));
}

inline constexpr std::uint32_t kVersion = 1;

struct Header {
  std::uint32_t segment = 0;
  std::uint64_t first_seq = 0;
  std::string run_id;
  std::uint32_t version = kVersion;
};
std::array<std::byte, kHeaderBytes> encode_header(const Header& header);
// Empty: it is damaged, or not all there.
std::optional<Header> decode_header(std::span<const std::byte> bytes);

// "00000001.journal"; 0 if the name is not one.
std::string segment_name(std::uint32_t segment);
std::uint32_t segment_number(std::string_view name);

// Length and checksum of a record whose seq and payload are in place.
void finish_record(std::span<std::byte> record);

struct Record {
  std::uint64_t seq = 0;
  std::span<const std::byte> payload;
};
// The record at the start of `bytes`; empty: not a whole one.
std::optional<Record> decode_record(std::span<const std::byte> bytes);

// What the payload says of the number of a reading's fields: 0 for those of the first version.
inline constexpr std::uint8_t kFieldsWritten =
    meter::kReadingFields == meter::kFirstReadingFields ? 0 : static_cast<std::uint8_t>(meter::kReadingFields);
std::size_t reading_fields(std::span<const std::byte> payload);
// Time (ns), then for each field a status (0 value, 1 unsupported, 2 failed, 3 lost) and a value (8).
constexpr std::size_t reading_bytes(std::size_t fields) {
  return 8 + fields * 9;
}

// How one value of type T is stored.
template <class T>
struct Entry;

template <>
struct Entry<meter::PowerSample> {
  static constexpr Kind kKind = Kind::power;
  static constexpr std::size_t kBytes = 16;  // time (ns), power (W)
  static void encode(const meter::PowerSample& value, std::byte* to);
  static std::optional<meter::PowerSample> decode(const std::byte* from);
};

template <>
struct Entry<meter::CounterReading> {
  static constexpr Kind kKind = Kind::counter;
  static constexpr std::size_t kBytes = 24;  // before (ns), after (ns), energy (J)
  static void encode(const meter::CounterReading& value, std::byte* to);
  static std::optional<meter::CounterReading> decode(const std::byte* from);
};

template <>
struct Entry<meter::GpuReading> {
  static constexpr Kind kKind = Kind::reading;
  static constexpr std::size_t kBytes = reading_bytes(meter::kReadingFields);
  static void encode(const meter::GpuReading& value, std::byte* to);
  // Of a record with so many fields: another version may have fewer or more. New ones come last.
  static std::optional<meter::GpuReading> decode(const std::byte* from, std::size_t fields = meter::kReadingFields);
};

}  // namespace gpubench::series::journal_format
