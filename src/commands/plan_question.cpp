#include "commands/plan_question.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "carbon/open.h"
#include "carbon/regions.h"
#include "carbon/utc_time.h"
#include "energy/split_energy.h"

namespace gpubench::commands {
namespace {

constexpr std::size_t kMostSteps = 96;
constexpr base::Duration kShortestStep = std::chrono::seconds(1);
constexpr base::Duration kAhead = std::chrono::hours(48);
constexpr base::Duration kForecastWithin = std::chrono::seconds(10);  // of each region ...
constexpr base::Duration kPatienceOfAll = std::chrono::seconds(60);

std::vector<std::string> wanted_regions(const PlanOptions& options, const runs::SavedRun& saved) {
  std::vector<std::string> regions = options.regions;
  if (regions.empty()) regions.push_back(saved.run.facts.carbon_region);
  if (regions.size() == 1 && regions.front() == "all") {
    regions = {saved.run.facts.carbon_region};
    for (const carbon::Region& region : carbon::regions())
      if (region.name != saved.run.facts.carbon_region) regions.emplace_back(region.name);
  }
  return regions;
}

}  // namespace

base::Result<std::vector<carbon::EnergyStep>> energy_steps(const runs::SavedRun& saved) {
  const record::RunRecord& run = saved.run;
  if (!run.total_energy || run.elapsed() <= base::Duration::zero())
    return base::failure("the energy of " + run.facts.run_id + " is not known", "choose a run with a known energy");
  const auto count = std::clamp<std::int64_t>(run.elapsed() / kShortestStep, 1, kMostSteps);
  std::vector<base::SteadyTime> cuts;
  for (std::int64_t i = 1; i < count; ++i) cuts.push_back(run.ran.start + run.elapsed() / count * i);
  std::vector<carbon::EnergyStep> steps(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < steps.size(); ++i)
    steps[i].length = (i < cuts.size() ? cuts[i] : run.ran.end) - (i == 0 ? run.ran.start : cuts[i - 1]);
  for (const record::GpuRecord& gpu : run.gpus) {
    const energy::EnergyEstimate* best = gpu.energy.best();
    if (best == nullptr) continue;
    const auto parts = energy::split_energy(saved.series[gpu.position], run.ran, *best, cuts);
    for (std::size_t i = 0; i < steps.size(); ++i) steps[i].energy += parts[i];
  }
  return steps;
}

base::Result<base::WallTime> parse_deadline(const std::string& text, base::WallTime now) {
  if (const auto time = carbon::parse_utc_time(text)) return *time;
  double hours = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, hours);
  constexpr double longest = 24.0 * 14;
  if (error == std::errc() && std::string(rest, end) == "h" && std::isfinite(hours) && hours > 0 && hours <= longest)
    return now + base::from_seconds(hours * 3600);
  return base::failure("--deadline is neither a time nor hours from now: " + text.substr(0, 40),
                       "write for example --deadline 2026-11-23T06:00Z or --deadline 8h");
}

base::Result<carbon::PlanQuestion> ask_forecasts(const runs::SavedRun& saved, const PlanOptions& options,
                                                 const cli::Environment& environment, const platform::Clock& clock,
                                                 std::vector<std::string>& notes) {
  carbon::PlanQuestion question;
  auto steps = energy_steps(saved);
  if (!steps) return base::failure(steps.error());
  question.run = *std::move(steps);
  question.now = std::chrono::floor<std::chrono::seconds>(clock.wall_now());
  if (options.deadline) {
    const auto deadline = parse_deadline(*options.deadline, question.now);
    if (!deadline) return base::failure(deadline.error());
    if (*deadline <= question.now)
      return base::failure("the deadline " + *options.deadline + " has passed", "choose a later one");
    question.deadline = *deadline;
  }
  carbon::CarbonOptions carbon = saved.run.facts.carbon;
  if (options.source) carbon.source = *options.source;
  if (options.source) carbon.intensity.reset();
  if (carbon.intensity)
    return base::failure("the run used one intensity for all times, which is not a forecast", "choose a --carbon-source");
  const std::vector<std::string> regions = wanted_regions(options, saved);
  if (regions.size() > 1 && !carbon::has_regions(carbon))
    return base::failure("the carbon source " + carbon.source + " does not distinguish regions",
                         "leave out --regions, or choose another --carbon-source");
  const base::SteadyTime give_up = clock.now() + kPatienceOfAll;
  for (const std::string& region : regions) {
    const auto source = carbon::open_source({carbon, region, environment.carbon}, clock);
    if (!source) return base::failure(source.error());
    carbon::RegionalForecast forecast{region, {}};
    const base::Duration patience = std::min(kForecastWithin, std::max(give_up - clock.now(), base::Duration::zero()));
    if (!source->ask) return base::failure("a yearly factor is not a forecast", "choose another --carbon-source");
    auto slots = source->ask(question.now, question.now + kAhead, patience);
    if (!slots) notes.push_back(region + ": " + slots.error().message);
    if (slots) forecast.slots = *std::move(slots);
    question.forecasts.push_back(std::move(forecast));
  }
  return question;
}

}  // namespace gpubench::commands
