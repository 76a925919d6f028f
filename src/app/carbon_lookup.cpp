#include "app/carbon_lookup.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "carbon/grid_gb/grid_gb.h"
#include "platform/http_client.h"

namespace gpubench::app {
namespace {

constexpr base::Duration kForecastLength = std::chrono::hours(48);

bool covers(const std::vector<carbon::IntensitySlot>& slots, base::WallTime from, base::WallTime to) {
  base::WallTime covered = from;
  for (const carbon::IntensitySlot& slot : slots)
    if (slot.from <= covered) covered = std::max(covered, slot.to);
  return covered >= to;
}

}  // namespace

CarbonLookup::CarbonLookup(carbon::Region region, std::string base_url, std::string ca_file, const platform::Clock& clock)
    : region_(region),
      base_url_(base_url.empty() ? std::string(carbon::kGridGbUrl) : std::move(base_url)),
      ca_file_(std::move(ca_file)),
      clock_(clock) {
  const base::WallTime now = clock_.wall_now();
  forecast_ = std::async(std::launch::async, [this, now] { return ask(now, now + kForecastLength); });
}

CarbonLookup::Slots CarbonLookup::ask(base::WallTime from, base::WallTime to) const {
  const auto http = platform::make_http_client(ca_file_);
  return carbon::make_grid_gb_provider(*http, clock_, base_url_, region_)->slots(from, to);
}

CarbonLookup::Answer CarbonLookup::answer(base::WallTime from, base::WallTime to) {
  Slots slots = forecast_.get();
  // A service that did not answer a moment ago is not asked again for a short run: the yearly factor stands in.
  const bool worth_another = slots ? !covers(*slots, from, to) : to - from > std::chrono::minutes(1);
  if (worth_another) {
    Slots again = ask(from, to);
    if (again) slots = std::move(again);
  }
  if (!slots) return {{}, slots.error().message};
  std::string trouble = covers(*slots, from, to) ? "" : "the service has no forecast for part of the run";
  return {std::move(*slots), std::move(trouble)};
}

}  // namespace gpubench::app
