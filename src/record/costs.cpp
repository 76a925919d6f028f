#include "record/costs.h"

#include <optional>
#include <string>
#include <utility>

#include "base/text.h"
#include "carbon/embodied_figures.h"
#include "energy/split_energy.h"

namespace gpubench::record {
namespace {

void add_emissions(RunRecord& run, const std::vector<series::GpuSeries>& series, const carbon::Answer& answer) {
  if (!answer.fallback && !carbon::covers(answer.slots, run.start_time(), run.end_time())) {
    run.findings.emplace_back(CarbonUnknown{answer.trouble});
    return;
  }
  run.emissions = account_emissions(run, series, answer.slots, answer.fallback.value_or(carbon::great_britain()));
  if (*run.total_energy > base::Energy{})
    run.emissions->uncertainty = run.emissions->total * (run.total_uncertainty.absolute() / *run.total_energy);
  if (run.emissions->used_yearly_factor && !answer.fallback_was_chosen)
    run.findings.emplace_back(CarbonFallback{answer.trouble.empty() ? "no forecast" : answer.trouble});
}

// The energy of all GPUs above their idle levels, as a share; empty if one has no such level.
std::optional<base::Ratio> share_above_idle(const RunRecord& run) {
  base::Energy above;
  for (const GpuRecord& gpu : run.gpus) {
    if (!gpu.energy.idle.above) return std::nullopt;
    above += *gpu.energy.idle.above;
  }
  if (*run.total_energy <= base::Energy{}) return std::nullopt;
  return base::Ratio::from_fraction(above / *run.total_energy);
}

// The user's figure for each GPU, else the published ones; empty where there is none for one of the GPUs.
std::optional<carbon::EmbodiedShare> embodied_share(const RunRecord& run) {
  carbon::EmbodiedShare share;
  share.reserved = run.elapsed();
  share.lifetime = base::from_seconds(base::to_seconds(carbon::kSciYear) * run.facts.carbon.lifetime_years);
  if (run.facts.carbon.embodied) {
    share.making = *run.facts.carbon.embodied * static_cast<double>(run.gpus.size());
    share.source = "user value (--embodied-kg)";
    return share;
  }
  for (const GpuRecord& gpu : run.gpus) {
    const auto figure = carbon::find_embodied_figure(gpu.gpu.name);
    if (!figure) return std::nullopt;
    share.making += figure->making;
    const std::string source = std::string(figure->source) + " (" + std::string(figure->basis) + ")";
    if (share.source.find(source) == std::string::npos) base::add_item(share.source, source);
  }
  return run.gpus.empty() ? std::nullopt : std::optional(share);
}

void add_footprint(RunRecord& run) {
  carbon::FootprintInput input;
  input.grid = run.emissions->total;
  input.grid_uncertainty = run.emissions->uncertainty;
  input.pue = run.facts.carbon.pue;
  input.above_idle = share_above_idle(run);
  input.embodied = embodied_share(run);
  input.functional_units = run.facts.carbon.functional_units;
  input.functional_unit = run.facts.carbon.functional_unit;
  run.footprint = carbon::make_footprint(input);
}

}  // namespace

namespace {

// At the average intensity of the run.
void add_phase_emissions(RunRecord& run) {
  if (!run.phases) return;
  const auto share = [&](phases::Phase& phase) {
    phase.emissions.reset();
    if (run.emissions && phase.energy && *run.total_energy > base::Energy{})
      phase.emissions = run.emissions->total * (*phase.energy / *run.total_energy);
  };
  for (phases::Phase& phase : run.phases->phases) share(phase);
  share(run.phases->unmarked);
}

}  // namespace

void cost(RunRecord& run, const std::vector<series::GpuSeries>& series, const carbon::Answer& answer) {
  std::erase_if(run.findings, [](const Finding& finding) {
    const std::string name = finding_name(finding);
    return name == finding_name(CarbonFallback{}) || name == finding_name(CarbonUnknown{});
  });
  run.carbon_place = answer.place;
  run.emissions.reset();
  run.footprint.reset();
  if (run.total_energy) add_emissions(run, series, answer);
  if (run.emissions) add_footprint(run);
  add_phase_emissions(run);
}

carbon::EmissionsAccount account_emissions(const RunRecord& run, const std::vector<series::GpuSeries>& series,
                                           const std::vector<carbon::IntensitySlot>& slots,
                                           const carbon::YearlyFactor& fallback) {
  std::vector<base::SteadyTime> boundaries;
  for (const base::WallTime boundary : carbon::cut_times(run.start_time(), run.end_time(), slots))
    boundaries.push_back(run.facts.anchor.to_steady(boundary));
  std::vector<base::Energy> parts(boundaries.size() + 1);
  for (const GpuRecord& gpu : run.gpus) {
    const energy::EnergyEstimate* best = gpu.energy.best();
    if (best == nullptr) continue;
    const auto own = energy::split_energy(series[gpu.position], run.ran, *best, boundaries);
    for (std::size_t part = 0; part < parts.size(); ++part) parts[part] += own[part];
  }
  return carbon::account_emissions(run.start_time(), run.end_time(), parts, slots, fallback);
}

}  // namespace gpubench::record
