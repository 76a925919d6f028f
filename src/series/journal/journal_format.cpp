#include "series/journal/journal_format.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/unit.h"
#include "meter/value_facts.h"
#include "series/journal/crc32c.h"

namespace gpubench::series::journal_format {
namespace {

constexpr std::array<char, 8> kMagic{'G', 'P', 'U', 'B', 'J', 'R', 'N', '\n'};
constexpr std::string_view kSuffix = ".journal";
constexpr std::size_t kDigits = 8;

// Where things are in a header.
constexpr std::size_t kVersionAt = 8;
constexpr std::size_t kSegmentAt = 12;
constexpr std::size_t kFirstSeqAt = 16;
constexpr std::size_t kRunIdAt = 24;
constexpr std::size_t kHeaderCrcAt = kHeaderBytes - 4;
// And in a record.
constexpr std::size_t kCrcAt = 4;
constexpr std::size_t kSeqAt = 8;

std::uint32_t record_crc(std::span<const std::byte> record) {
  return crc32c(record.subspan(kSeqAt), crc32c(record.first(kCrcAt)));
}

base::SteadyTime time_at(const std::byte* from) {
  return base::SteadyTime(base::Duration(get<std::int64_t>(from)));
}
void put_time(std::byte* to, base::SteadyTime time) {
  put<std::int64_t>(to, time.time_since_epoch().count());
}

enum class Status : std::uint8_t { value = 0, unsupported = 1, failed = 2, gpu_lost = 3 };

Status status_of(meter::Absent why) {
  switch (why) {
    case meter::Absent::unsupported:
      return Status::unsupported;
    case meter::Absent::failed:
      return Status::failed;
    case meter::Absent::gpu_lost:
      return Status::gpu_lost;
  }
  return Status::failed;
}

// The unit in which a value of each type is kept.
const base::Unit<base::Ratio>& unit_of(const meter::Field<base::Ratio>& /*field*/) {
  return base::kFraction;
}
const base::Unit<base::Power>& unit_of(const meter::Field<base::Power>& /*field*/) {
  return base::kWatts;
}
const base::Unit<base::Temperature>& unit_of(const meter::Field<base::Temperature>& /*field*/) {
  return base::kCelsius;
}
const base::Unit<base::Bytes>& unit_of(const meter::Field<base::Bytes>& /*field*/) {
  return base::kBytes;
}
const base::Unit<base::Frequency>& unit_of(const meter::Field<base::Frequency>& /*field*/) {
  return base::kMegahertz;
}
const base::Unit<base::DataRate>& unit_of(const meter::Field<base::DataRate>& /*field*/) {
  return base::kBytesPerSecond;
}

// The fields of a reading one after the other.
class FieldWriter {
 public:
  explicit FieldWriter(std::byte* to) : to_(to) {}
  template <class Quantity>
  void operator()(const meter::Field<Quantity>& field) {
    add(field, field ? ((*field).*unit_of(field).number)() : 0.0);
  }
  void operator()(const meter::Field<meter::ThrottleReasons>& field) { add(field, field ? field->bits : std::uint64_t{0}); }

 private:
  template <class T, class Number>
  void add(const meter::Field<T>& field, Number number) {
    put(to_, field ? Status::value : status_of(field.error()));
    put(to_ + 1, number);
    to_ += 9;
  }

  std::byte* to_;
};

class FieldReader {
 public:
  FieldReader(const std::byte* from, std::size_t fields) : from_(from), left_(fields) {}
  template <class Quantity>
  void operator()(meter::Field<Quantity>& field) {
    take<double>(field, unit_of(field).make);
  }
  void operator()(meter::Field<meter::ThrottleReasons>& field) {
    take<std::uint64_t>(field, [](std::uint64_t bits) { return meter::ThrottleReasons{bits}; });
  }
  [[nodiscard]] bool good() const { return good_; }

 private:
  template <class Number, class T, class Make>
  void take(meter::Field<T>& field, Make make) {
    if (left_ == 0) return;
    --left_;
    switch (get<Status>(from_)) {
      case Status::value:
        field = make(get<Number>(from_ + 1));
        break;
      case Status::unsupported:
        field = meter::absent(meter::Absent::unsupported);
        break;
      case Status::failed:
        field = meter::absent(meter::Absent::failed);
        break;
      case Status::gpu_lost:
        field = meter::absent(meter::Absent::gpu_lost);
        break;
      default:
        good_ = false;
    }
    from_ += 9;
  }

  const std::byte* from_;
  std::size_t left_;
  bool good_ = true;
};

}  // namespace

std::array<std::byte, kHeaderBytes> encode_header(const Header& header) {
  std::array<std::byte, kHeaderBytes> bytes{};
  std::memcpy(bytes.data(), kMagic.data(), kMagic.size());
  put(bytes.data() + kVersionAt, header.version);
  put(bytes.data() + kSegmentAt, header.segment);
  put(bytes.data() + kFirstSeqAt, header.first_seq);
  std::memcpy(bytes.data() + kRunIdAt, header.run_id.data(), std::min(header.run_id.size(), kLongestRunId));
  put(bytes.data() + kHeaderCrcAt, crc32c(std::span<const std::byte>(bytes).first(kHeaderCrcAt)));
  return bytes;
}

std::optional<Header> decode_header(std::span<const std::byte> bytes) {
  if (bytes.size() < kHeaderBytes || std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0 ||
      get<std::uint32_t>(bytes.data() + kHeaderCrcAt) != crc32c(bytes.first(kHeaderCrcAt)))
    return std::nullopt;
  Header header;
  header.version = get<std::uint32_t>(bytes.data() + kVersionAt);
  header.segment = get<std::uint32_t>(bytes.data() + kSegmentAt);
  header.first_seq = get<std::uint64_t>(bytes.data() + kFirstSeqAt);
  const auto* id = reinterpret_cast<const char*>(bytes.data() + kRunIdAt);
  header.run_id.assign(id, strnlen(id, kLongestRunId));
  return header;
}

std::string segment_name(std::uint32_t segment) {
  std::string digits = std::to_string(segment);
  if (digits.size() < kDigits) digits.insert(0, kDigits - digits.size(), '0');
  return digits + std::string(kSuffix);
}

std::uint32_t segment_number(std::string_view name) {
  std::uint32_t number = 0;
  const auto parsed = std::from_chars(name.data(), name.data() + name.size(), number);
  return parsed.ec == std::errc() && name == segment_name(number) ? number : 0;
}

void finish_record(std::span<std::byte> record) {
  put(record.data(), static_cast<std::uint32_t>(record.size() - kRecordHeadBytes));
  put(record.data() + kCrcAt, record_crc(record));
}

std::optional<Record> decode_record(std::span<const std::byte> bytes) {
  if (bytes.size() < kRecordHeadBytes + kPayloadHeadBytes) return std::nullopt;
  const std::size_t length = get<std::uint32_t>(bytes.data());
  if (length < kPayloadHeadBytes || length > kLargestPayload || bytes.size() - kRecordHeadBytes < length)
    return std::nullopt;
  const auto record = bytes.first(kRecordHeadBytes + length);
  if (get<std::uint32_t>(record.data() + kCrcAt) != record_crc(record)) return std::nullopt;
  return Record{get<std::uint64_t>(record.data() + kSeqAt), record.subspan(kRecordHeadBytes)};
}

std::size_t reading_fields(std::span<const std::byte> payload) {
  const auto said = get<std::uint8_t>(payload.data() + kFieldsAt);
  return said == 0 ? meter::kFirstReadingFields : said;
}

void Entry<meter::PowerSample>::encode(const meter::PowerSample& value, std::byte* to) {
  put_time(to, value.time);
  put(to + 8, value.power.watts());
}

std::optional<meter::PowerSample> Entry<meter::PowerSample>::decode(const std::byte* from) {
  return meter::PowerSample{time_at(from), base::Power::from_watts(get<double>(from + 8))};
}

void Entry<meter::CounterReading>::encode(const meter::CounterReading& value, std::byte* to) {
  put_time(to, value.before);
  put_time(to + 8, value.after);
  put(to + 16, value.energy.joules());
}

std::optional<meter::CounterReading> Entry<meter::CounterReading>::decode(const std::byte* from) {
  return meter::CounterReading{time_at(from), time_at(from + 8), base::Energy::from_joules(get<double>(from + 16))};
}

void Entry<meter::GpuReading>::encode(const meter::GpuReading& value, std::byte* to) {
  put_time(to, value.time);
  meter::for_each_field(value, FieldWriter(to + 8));
}

std::optional<meter::GpuReading> Entry<meter::GpuReading>::decode(const std::byte* from, std::size_t fields) {
  meter::GpuReading value;
  value.time = time_at(from);
  FieldReader reader(from + 8, fields);
  meter::for_each_field(value, reader);
  return reader.good() ? std::optional(value) : std::nullopt;
}

}  // namespace gpubench::series::journal_format
