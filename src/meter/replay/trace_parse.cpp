#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <system_error>

#include "meter/replay/trace.h"
#include "meter/replay/trace_header.h"
#include "meter/value_facts.h"
#include "platform/regular_file.h"

namespace gpubench::meter {
namespace {

constexpr std::size_t kGreatestFile = std::size_t{64} << 20U;
constexpr std::size_t kLongestHeader = std::size_t{64} << 10U;
constexpr std::size_t kLongestLine = 400;
constexpr std::int64_t kLatestUs = std::int64_t{10} * 24 * 3600 * 1000000;
constexpr std::int64_t kEarliestUs = std::int64_t{-3600} * 1000000;  // the oldest sample that a driver's ring may hold
constexpr std::uint64_t kGreatestPowerMw = 100'000'000;              // 100 kW
constexpr std::uint64_t kGreatestValue = std::uint64_t{1} << 53U;    // exact in a double

// The fields of one line, taken from left to right. After the first field that is wrong, ok() is false.
class Fields {
 public:
  explicit Fields(std::string_view line) : rest_(line) {}
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return ok_ && !more_; }

  std::string_view word() {
    const std::size_t end = rest_.find(' ');
    const std::string_view word = rest_.substr(0, end);
    ok_ = ok_ && more_ && !word.empty();
    more_ = end != std::string_view::npos;
    rest_ = more_ ? rest_.substr(end + 1) : std::string_view();
    return word;
  }

  template <class Number>
  Number number(Number least, Number greatest) {
    return parse(word(), least, greatest);
  }

  base::SteadyTime time(std::int64_t earliest_us = 0) {
    return base::SteadyTime(std::chrono::microseconds(number<std::int64_t>(earliest_us, kLatestUs)));
  }

  // A value or the sign that says why it is not there.
  template <class Make>
  auto value(std::uint64_t greatest, Make make) -> Field<decltype(make(0.0))> {
    const std::string_view text = word();
    if (text == "-") return absent(Absent::unsupported);
    if (text == "!") return absent(Absent::failed);
    if (text == "x") return absent(Absent::gpu_lost);
    return make(static_cast<double>(parse<std::uint64_t>(text, 0, greatest)));
  }

 private:
  template <class Number>
  Number parse(std::string_view text, Number least, Number greatest) {
    Number result = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), result);
    if (error != std::errc() || end != text.data() + text.size() || result < least || result > greatest) {
      ok_ = false;
      return least;
    }
    return result;
  }

  std::string_view rest_;
  bool more_ = true;
  bool ok_ = true;
};

// Each returns what is wrong with the line, empty if nothing is.
using Problem = std::string_view;
constexpr Problem kMalformed = "a field is missing, malformed or out of range";
constexpr Problem kNotInOrder = "the times are not in order";

void take(Fields& fields, Field<base::Ratio>& ratio) {
  ratio = fields.value(100, base::Ratio::from_percent);
}
void take(Fields& fields, Field<base::Power>& power) {
  power = fields.value(kGreatestPowerMw, base::Power::from_milliwatts);
}
void take(Fields& fields, Field<base::Temperature>& temperature) {
  temperature = fields.value(1000, base::Temperature::from_celsius);
}
void take(Fields& fields, Field<base::Bytes>& memory) {
  memory = fields.value(kGreatestValue, base::Bytes::from_bytes);
}
void take(Fields& fields, Field<base::Frequency>& clock) {
  clock = fields.value(100'000, base::Frequency::from_megahertz);
}
void take(Fields& fields, Field<base::DataRate>& rate) {
  rate = fields.value(kGreatestValue, base::DataRate::from_bytes_per_second);
}
void take(Fields& fields, Field<ThrottleReasons>& reasons) {
  reasons = fields.value(kGreatestValue, [](double bits) { return ThrottleReasons{static_cast<std::uint64_t>(bits)}; });
}

Problem take_reading(Fields& fields, TraceOfGpu& gpu) {
  GpuReading reading;
  reading.time = fields.time();
  std::size_t taken = 0;
  for_each_field(reading, [&](auto& field) {
    if (taken++ < kFirstReadingFields || !fields.at_end()) take(fields, field);
  });
  if (!fields.at_end()) return kMalformed;
  if (!gpu.readings.empty() && reading.time < gpu.readings.back().time) return kNotInOrder;
  gpu.readings.push_back(reading);
  return {};
}

Problem take_counter(Fields& fields, TraceOfGpu& gpu, std::optional<base::Energy>& highest) {
  TraceCounter reading{fields.time(), fields.time(), absent(Absent::failed)};
  reading.energy = fields.value(kGreatestValue, base::Energy::from_millijoules);
  if (!fields.at_end()) return kMalformed;
  if (reading.after < reading.before) return kNotInOrder;
  if (!gpu.counter.empty() && reading.before < gpu.counter.back().after) return kNotInOrder;
  if (reading.energy) {
    if (highest && *reading.energy < *highest) return "the energy counter decreases";
    highest = *reading.energy;
  }
  gpu.counter.push_back(reading);
  return {};
}

Problem take_power(Fields& fields, TraceOfGpu& gpu) {
  TracePower sample{fields.time(kEarliestUs), absent(Absent::failed)};
  sample.power = fields.value(kGreatestPowerMw, base::Power::from_milliwatts);
  if (!fields.at_end()) return kMalformed;
  if (!gpu.power.empty() && sample.time <= gpu.power.back().time) return kNotInOrder;
  gpu.power.push_back(sample);
  return {};
}

// Takes the lines after the header into the trace.
class Body {
 public:
  explicit Body(Trace& trace) : trace_(trace), highest_(trace.gpus.size()) {}

  Problem take(std::string_view line) {
    if (line.size() > kLongestLine) return "the line is too long";
    Fields fields(line);
    const std::string_view letter = fields.word();
    const auto gpu = fields.number<std::size_t>(0, trace_.gpus.size() - 1);
    if (!fields.ok()) return "it does not begin with R, E or P and the number of a GPU";
    if (letter == "R") return take_reading(fields, trace_.gpus[gpu]);
    if (letter == "E") return take_counter(fields, trace_.gpus[gpu], highest_[gpu]);
    if (letter == "P") return take_power(fields, trace_.gpus[gpu]);
    return "it does not begin with R, E or P and the number of a GPU";
  }

 private:
  Trace& trace_;
  std::vector<std::optional<base::Energy>> highest_;
};

base::Result<void> check_complete(const Trace& trace) {
  const auto no_reading = [](const TraceOfGpu& gpu) { return gpu.readings.empty(); };
  if (std::any_of(trace.gpus.begin(), trace.gpus.end(), no_reading)) {
    return base::failure("the trace has no reading (R) of one of its GPUs");
  }
  return {};
}

tl::unexpected<base::Error> wrong_line(std::size_t number, std::string_view problem) {
  return base::failure("line " + std::to_string(number) + ": " + std::string(problem),
                       "record the trace again, or remove everything after the last complete line");
}

base::Result<Trace> parse_header(std::string_view line) {
  constexpr auto kRecord = "record one with --record-trace FILE on a machine with GPUs";
  if (line.empty() || !names_the_format(line)) return base::failure("it is not a recorded trace", kRecord);
  auto trace = parse_trace_header(line);
  if (!trace) return base::failure("line 1: " + trace.error().message, "record the trace again with --record-trace FILE");
  return trace;
}

}  // namespace

base::Result<Trace> parse_trace(std::string_view text) {
  if (text.size() > kGreatestFile) return base::failure("the trace is larger than 64 MiB");
  const std::size_t header_end = text.find('\n');
  const bool has_header = header_end <= kLongestHeader;  // else it is too long, or there is none
  auto trace = parse_header(has_header ? text.substr(0, header_end) : std::string_view());
  if (!trace) return trace;
  Body body(*trace);
  std::size_t number = 2;
  for (text.remove_prefix(header_end + 1); !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return wrong_line(number, "the line does not end: the trace was cut off");
    if (const Problem problem = body.take(text.substr(0, end)); !problem.empty()) return wrong_line(number, problem);
    text.remove_prefix(end + 1);
  }
  if (auto complete = check_complete(*trace); !complete) return base::failure(complete.error());
  return trace;
}

base::Result<Trace> load_trace(const std::string& path) {
  const auto text = platform::read_named_file(path, kGreatestFile);
  if (!text) return base::failure(text.error().message, "check the name after --meter replay:");
  auto trace = parse_trace(*text);
  if (!trace) return base::failure(trace.error().with_context(path));
  return trace;
}

}  // namespace gpubench::meter
