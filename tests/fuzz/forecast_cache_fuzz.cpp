// The file in which forecasts are kept: whatever it holds, it is read or left aside with a reason, and can be replaced.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "carbon/file/forecast_cache.h"
#include "slots_check.h"

namespace {

namespace fs = std::filesystem;

fs::path folder() {
  const fs::path memory = "/dev/shm";
  std::error_code error;
  const fs::path base = fs::is_directory(memory, error) ? memory : fs::temp_directory_path();
  return base / ("cache-fuzz-" + std::to_string(getpid()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace gpubench;
  static const carbon::ForecastCache cache(folder(), "a service");
  static const bool made = fs::create_directories(folder());
  static_cast<void>(made);
  std::ofstream(cache.path(), std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes), static_cast<std::streamsize>(size));
  auto kept = cache.load();
  fuzz::check_slots(kept, 10000);
  if (!kept) return 0;
  const base::WallTime now = kept->front().from;
  const std::size_t count = kept->size();
  fuzz::require(cache.store(*std::move(kept), now).has_value());
  const auto again = cache.load();
  fuzz::require(!again || again->size() <= count);
  return 0;
}
