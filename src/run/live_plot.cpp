#include "run/live_plot.h"

#include <algorithm>
#include <utility>

namespace gpubench::run {

void extend_intensity(std::vector<report::IntensityStep>& steps, const carbon::IntensitySlot& now,
                      base::SteadyTime slot_begin, base::SteadyTime time) {
  if (!steps.empty() && steps.back().intensity == now.intensity) {
    steps.back().to = std::max(steps.back().to, time);
    return;
  }
  const base::SteadyTime known = steps.empty() ? time : steps.back().to;
  const base::SteadyTime from = std::clamp(slot_begin, known, std::max(known, time));
  if (!steps.empty()) steps.back().to = from;
  steps.push_back({from, time, now.intensity});
}

LivePlot::LivePlot(Plan plan)
    : plan_(std::move(plan)), worker_("live plot", 1, [this](const record::Progress& progress) { draw(progress); }) {}

void LivePlot::begin(base::SteadyTime time) {
  const std::lock_guard lock(mutex_);
  started_ = time;
}

void LivePlot::show(const record::Progress& progress) {
  worker_.post(progress);
}

void LivePlot::draw(const record::Progress& progress) {
  const base::SteadyTime now = plan_.anchor.to_steady(progress.time);
  {
    const std::lock_guard lock(mutex_);
    if (started_) plan_.input.origin = *started_;
    if (started_) plan_.input.run = base::Window{*started_, std::max(*started_, now)};
  }
  if (progress.carbon) {
    const carbon::IntensitySlot& slot = progress.carbon->intensity;
    extend_intensity(plan_.input.intensity, slot, plan_.anchor.to_steady(slot.from), now);
  }
  if (const auto drawn = report::write_plot(plan_.path, plan_.input, plan_.format, plan_.interrupt_fd); !drawn)
    plan_.failed(drawn.error().message);
}

}  // namespace gpubench::run
