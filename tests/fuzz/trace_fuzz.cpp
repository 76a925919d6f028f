// Traces of a meter: whatever is accepted is written back as it is meant, and can be played: the counter never falls,
// samples come in time order.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "meter/replay/timeline.h"
#include "meter/replay/trace.h"

namespace {

using namespace gpubench;

void require(bool condition) {
  if (!condition) std::abort();
}

std::string text_of(const meter::Trace& trace) {
  std::vector<meter::GpuDescription> descriptions;
  for (const auto& gpu : trace.gpus) descriptions.push_back(gpu.description);
  std::string text = meter::header_line(trace.recorded, descriptions);
  for (std::size_t i = 0; i < trace.gpus.size(); ++i) {
    for (const auto& reading : trace.gpus[i].readings) text += meter::reading_line(i, reading);
    for (const auto& reading : trace.gpus[i].counter) text += meter::counter_line(i, reading);
    for (const auto& sample : trace.gpus[i].power) text += meter::power_line(i, sample);
  }
  return text;
}

void play(const meter::TraceOfGpu& gpu) {
  const meter::Timeline timeline(gpu);
  base::Energy highest;
  std::vector<meter::TracePower> samples;
  base::Duration from = -timeline.length();
  for (int i = 0; i < 200; ++i) {
    const base::Duration now = timeline.length() * i / 60;
    (void)timeline.reading_at(now);
    if (const auto energy = timeline.energy_at(now)) {
      require(*energy >= highest * (1.0 - 1e-12));
      highest = std::max(highest, *energy);
    }
    (void)timeline.power_between(from, now, samples);
    from = now;
  }
  const auto not_later = [](const meter::TracePower& a, const meter::TracePower& b) { return b.time <= a.time; };
  require(std::adjacent_find(samples.begin(), samples.end(), not_later) == samples.end());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto trace = meter::parse_trace(std::string_view(reinterpret_cast<const char*>(bytes), size));
  if (!trace) {
    require(!trace.error().message.empty() && trace.error().message.size() < 200);
    return 0;
  }
  const std::string text = text_of(*trace);
  const auto again = meter::parse_trace(text);
  require(again.has_value() && text_of(*again) == text);
  for (const auto& gpu : trace->gpus) play(gpu);
  return 0;
}
