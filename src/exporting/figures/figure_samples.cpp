#include "exporting/figures/figure_samples.h"

#include <cmath>

namespace gpubench::exporting {

void FigureSamples::add(std::string_view name, const Labels& labels, double value) {
  if (!std::isfinite(value)) return;
  samples_.push_back({static_cast<std::uint32_t>(series_.size()), time_ms_, rounded_result(value), place_});
  series_.push_back(make_series(name, labels));
  ++place_.position;
}

base::Result<void> FigureSamples::read(std::vector<Sample>& out, std::size_t most, Place until) {
  for (; most > 0 && next_ < samples_.size() && samples_[next_].place < until; --most) out.push_back(samples_[next_++]);
  return {};
}

}  // namespace gpubench::exporting
