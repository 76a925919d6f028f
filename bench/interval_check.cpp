// How often the stated comparative interval of the energy holds, and how wide it is beside the error: simulated runs whose
// true energy is known, by load and duration. usage: interval_check [RUNS_PER_CLASS] [SEED]
//
// Drawn again for each run: phase of the counter's updates and of the sampler, period of the counter (100 ms, 20 ppm), its
// lag (0 to 60 ms) and that of the power samples, gain of the samples to the counter (0.1 %), idle power before (60 to 130
// W) and after (20 to 60 W more), noise of it, and what the workload's start and end are off by (a command's: 1 ms). "seen"
// is what a comparison with another meter over the same window sees: without the last. "locked": the counter's tick is
// known. The last rows are of counters that do not tick so, and of a GPU that another uses, too.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "unit/energy/odd_counters.h"

namespace {

using namespace gpubench;
using namespace gpubench::energy;

struct Class {
  std::string load;
  base::Duration length;
  std::string counter = {};  // what is odd about it
};

struct Tally {
  std::vector<double> errors;  // J
  std::vector<double> shares;  // of the half-width
  std::vector<double> seen;
  std::vector<double> widths;    // J
  std::vector<double> percents;  // error
  std::map<std::string, double> squares;
  std::size_t locked = 0;
};

const std::string kOthers = "of another, too";

Load load_of(const std::string& name, Draw& draw) {
  if (name == "flat") return constant_load(690);
  if (name == "light") return constant_load(draw.between(180, 260));
  if (name == "square 100 ms") return square_wave(100ms, 650, 150);
  if (name == "square 137 ms") return square_wave(137ms, 650, 150);
  return random_bursts(static_cast<unsigned>(draw.random()));
}

Conditions draw_conditions(const Class& of, Draw& draw) {
  Conditions conditions;
  conditions.length = of.length + draw.milliseconds(0, 100);
  conditions.lag = draw.milliseconds(0, 60);
  conditions.phase = draw.milliseconds(0, 100);
  conditions.start_phase = draw.milliseconds(0, 100);
  draw_sensor(conditions, draw);
  make_odd(conditions, of.counter, draw);
  conditions.others_load = of.load == kOthers;
  return conditions;
}

void add_run(Tally& tally, const Class& of, Draw& draw) {
  const Conditions conditions = draw_conditions(of, draw);
  Load load = load_of(of.load, draw);
  if (!conditions.others_load) load = between_idle_ends(std::move(load), draw, of.length);
  const SimulatedRun run = simulate(conditions, load);
  const GpuEnergy energy = measure_energy(run.series[0], run.run, {watts(700), 1ms});
  const EnergyEstimate& best = *energy.best();
  const base::Window real{run.run.start + draw.milliseconds(-1, 1), run.run.end + draw.milliseconds(-1, 1)};
  const double error = (best.energy - run.truth.used(real)).joules();
  const double width = best.uncertainty.comparative().joules();
  if (best.tick) ++tally.locked;
  tally.errors.push_back(std::abs(error));
  tally.percents.push_back(std::abs(error) / run.used().joules() * 100);
  tally.shares.push_back(std::abs(error) / width);
  tally.seen.push_back(std::abs((best.energy - run.used()).joules()) / width);
  tally.widths.push_back(width);
  for (const UncertaintyTerm& term : best.uncertainty.terms)
    if (!term.absolute_only) tally.squares[std::string(term.name)] += std::pow(term.standard.joules(), 2);
}

double holding(const std::vector<double>& shares) {
  const auto held = std::count_if(shares.begin(), shares.end(), [](double share) { return share <= 1; });
  return 100.0 * static_cast<double>(held) / static_cast<double>(shares.size());
}

double quantile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

double rms(const std::vector<double>& values) {
  double squares = 0;
  for (const double value : values) squares += value * value;
  return std::sqrt(squares / static_cast<double>(values.size()));
}

void print(const Class& of, const Tally& tally) {
  const std::string what = of.counter.empty() ? of.load : of.counter;
  std::printf("| %g s | %s | %.0f | %.1f | %.1f | %.2f | %.2f | %.3f | %.2f |", base::to_seconds(of.length), what.c_str(),
              100.0 * static_cast<double>(tally.locked) / static_cast<double>(tally.errors.size()), holding(tally.shares),
              holding(tally.seen), rms(tally.errors), quantile(tally.errors, 0.95), quantile(tally.percents, 0.95),
              quantile(tally.widths, 0.5));
  for (const auto& [name, squares] : tally.squares) {
    const double standard = std::sqrt(squares / static_cast<double>(tally.errors.size()));
    if (standard > 0.005) std::printf(" %s %.2f", name.c_str(), standard);
  }
  std::printf(" |\n");
}

Tally tally_of(const Class& of, int runs, Draw& draw) {
  Tally tally;
  for (int i = 0; i < runs; ++i) add_run(tally, of, draw);
  print(of, tally);
  return tally;
}

void add_all(Tally& sum, const Tally& tally) {
  sum.shares.insert(sum.shares.end(), tally.shares.begin(), tally.shares.end());
  sum.seen.insert(sum.seen.end(), tally.seen.begin(), tally.seen.end());
}

}  // namespace

int main(int count, char** words) {
  const int runs = count > 1 ? std::atoi(words[1]) : 200;
  Draw draw{std::mt19937(count > 2 ? static_cast<unsigned>(std::atoi(words[2])) : 1)};
  std::printf(
      "| length | load | locked %% | holds %% | seen %% | rms error J | 95 %% below J | 95 %% below %% | half-width J | "
      "standard by "
      "term J |\n"
      "|---|---|---|---|---|---|---|---|---|---|\n");
  Tally all;
  for (const base::Duration length : {base::Duration(1s), base::Duration(5s), base::Duration(30s)}) {
    for (const char* load : {"flat", "light", "square 100 ms", "square 137 ms", "bursts"}) {
      add_all(all, tally_of({load, length}, runs, draw));
    }
  }
  for (const std::string& counter : odd_counters()) tally_of({"flat", 5s, counter}, runs, draw);
  tally_of({kOthers, 5s}, runs, draw);
  std::printf("\nall: holds %.1f %%, seen %.1f %%; error / half-width, rms: %.2f\n", holding(all.shares), holding(all.seen),
              rms(all.shares));
}
