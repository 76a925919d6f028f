// Logs of a benchmark: whatever they hold, each mark is one line of the format, and an end has its begin.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "benchmark/log_phases.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace gpubench;
  using namespace std::chrono_literals;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const base::ClockAnchor anchor{base::SteadyTime(1000s), base::WallTime(1'700'000'000s)};
  auto phases = benchmark::LogPhases::create({}, anchor, [](const std::string& line) {
    if (line.empty() || line.back() != '\n' || line.find('\n') + 1 != line.size()) std::abort();
  });
  (*phases)->read(0, text.substr(0, size / 2), base::SteadyTime(1001s));
  (*phases)->read(1, text.substr(size / 2), base::SteadyTime(1002s));
  (*phases)->finish(base::SteadyTime(1003s));
  return 0;
}
