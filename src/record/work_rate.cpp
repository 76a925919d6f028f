#include "record/work_rate.h"

namespace gpubench::record {
namespace {

WorkRate rate_of(const std::optional<Work>& work, base::Duration elapsed, const std::optional<base::Energy>& energy,
                 const energy::Uncertainty& uncertainty) {
  WorkRate rate;
  if (!work) return rate;
  if (elapsed > base::Duration::zero()) rate.per_second = work->amount / base::to_seconds(elapsed);
  if (!energy) return rate;
  rate.energy = *energy / work->amount;
  rate.comparative = uncertainty.comparative() / work->amount;
  rate.absolute = uncertainty.absolute() / work->amount;
  return rate;
}

}  // namespace

WorkRate work_rate(const RunRecord& run) {
  WorkRate rate = rate_of(run.benchmark.work, run.elapsed(), run.total_energy, run.total_uncertainty);
  if (run.benchmark.work && run.emissions) rate.emissions = run.emissions->total / run.benchmark.work->amount;
  return rate;
}

WorkRate work_rate(const PartRecord& part) {
  return rate_of(part.benchmark.work, part.ran.length(), part.energy, part.uncertainty);
}

}  // namespace gpubench::record
