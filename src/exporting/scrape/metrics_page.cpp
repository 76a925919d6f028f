#include "exporting/scrape/metrics_page.h"

#include <array>
#include <utility>

namespace gpubench::exporting {

MetricsPage::MetricsPage(RunLabels run, std::string region, std::vector<std::size_t> counted, base::ClockAnchor anchor,
                         const std::vector<series::GpuSeries>& series)
    : run_(std::move(run)), region_(std::move(region)), counted_(std::move(counted)), anchor_(anchor), series_(series) {}

void MetricsPage::begin(base::SteadyTime time) {
  const std::lock_guard lock(mutex_);
  began_ = time;
}

void MetricsPage::end(base::SteadyTime time) {
  const std::lock_guard lock(mutex_);
  ended_ = time;
}

void MetricsPage::show(const record::Progress& progress) {
  auto next = std::make_shared<Snapshot>();
  next->progress = progress;
  for (const series::GpuSeries& series : series_) {
    const auto counter = series::newest(*series.counter);
    next->counters.push_back(counter ? std::optional(counter->energy) : std::nullopt);
  }
  std::shared_ptr<const Snapshot> last = std::move(next);
  {
    const std::lock_guard lock(mutex_);
    snapshot_.swap(last);
  }
}

std::string MetricsPage::text() const {
  std::unique_lock lock(mutex_);
  const std::shared_ptr<const Snapshot> now = snapshot_;
  const std::array<std::pair<std::string_view, std::optional<base::SteadyTime>>, 2> events{
      {{kRunStart, began_}, {kRunEnd, ended_}}};
  lock.unlock();
  Values values{{run_info_series(run_), 1}};
  add_gpus(values, *now);
  for (const auto& [name, time] : events)
    if (time)
      values.push_back({event_series(run_, name), rounded(base::to_seconds(anchor_.to_wall(*time).time_since_epoch()))});
  add_energies(values, *now);
  if (now->progress.carbon) add_carbon(values, *now->progress.carbon);
  return exposition(values, meanings());
}

void MetricsPage::add_gpus(Values& values, const Snapshot& now) const {
  for (std::size_t gpu = 0; gpu < now.progress.readings.size() && gpu < run_.gpus.size(); ++gpu) {
    const meter::GpuDescription& described = run_.gpus[gpu];
    const std::vector<Series> series = reading_series(run_, described, Names::standard);
    visit_values(now.progress.readings[gpu], Names::standard,
                 [&](std::size_t position, double value) { values.push_back({series[position], rounded(value)}); });
    if (now.counters.at(gpu)) values.push_back({energy_series(run_, described), rounded(now.counters[gpu]->joules())});
  }
}

void MetricsPage::add_energies(Values& values, const Snapshot& now) const {
  if (!now.progress.energy) return;
  for (const std::size_t gpu : counted_) {
    const std::optional<base::Energy> energy = now.progress.energy->of({gpu});
    if (energy) values.push_back({energy_so_far_series(run_, run_.gpus.at(gpu)), rounded_result(energy->joules())});
  }
}

void MetricsPage::add_carbon(Values& values, const record::CarbonNow& carbon) const {
  const carbon::IntensitySlot& grid = carbon.intensity;
  values.push_back({carbon_intensity_series(run_, region_, carbon::kind_text(grid.kind), grid.source),
                    rounded_result(grid.intensity.grams_per_kilowatt_hour())});
  if (carbon.emissions) values.push_back({emissions_series(run_), rounded_result(carbon.emissions->grams())});
}

}  // namespace gpubench::exporting
