#include "series/gpu_series.h"

#include <optional>

namespace gpubench::series {

std::vector<std::string> write_errors(const std::vector<GpuSeries>& series) {
  std::vector<std::string> errors;
  const auto add = [&](const std::optional<base::Error>& error) {
    if (error) errors.push_back(error->message);
  };
  for (const GpuSeries& gpu : series) {
    add(gpu.readings->write_error());
    add(gpu.power->write_error());
    add(gpu.counter->write_error());
  }
  return errors;
}

}  // namespace gpubench::series
