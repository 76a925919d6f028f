// How often the stated comparative interval of the energy holds, whatever sources a GPU has: simulated runs whose true
// energy is known. usage: property_check [RUNS_PER_COMBINATION] [SEED] [--runs]
//
// A run whose energy is not known counts as one that holds: it claims nothing. --runs prints each run that does not hold.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>

#include "unit/energy/property_runs.h"

namespace {

using namespace gpubench;
using namespace gpubench::energy;

struct Tally {
  std::size_t runs = 0;
  std::size_t held = 0;
  std::size_t unknown = 0;
  std::vector<double> widths;
  void add(const PropertyOutcome& outcome) {
    ++runs;
    if (outcome.holds) ++held;
    if (outcome.share)
      widths.push_back(outcome.relative_width);
    else
      ++unknown;
  }
};

using Tallies = std::map<std::string, Tally>;  // by class

double percent(std::size_t part, std::size_t whole) {
  return 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

void print(const std::string& what, const std::string& name, Tally tally) {
  std::sort(tally.widths.begin(), tally.widths.end());
  std::printf("| %s | %s | %zu | %.1f | %.1f |", what.c_str(), name.c_str(), tally.runs, percent(tally.held, tally.runs),
              percent(tally.unknown, tally.runs));
  if (tally.widths.empty())
    std::printf(" |\n");
  else
    std::printf(" %.2f |\n", tally.widths[tally.widths.size() / 2] * 100);
}

std::string text_of(base::Duration duration) {
  return std::to_string(duration / std::chrono::milliseconds(1)) + " ms";
}

std::string kind_of(const Sources& sources) {
  return std::string(sources.counter ? "counter" : "no counter") +
         (sources.ring_period == base::Duration::zero() ? ", readings only" : ", samples");
}

std::string name_of(const Sources& sources) {
  return kind_of(sources) + (sources.ring_period == base::Duration::zero() ? "" : " every " + text_of(sources.ring_period));
}

std::vector<Sources> all_sources() {
  std::vector<Sources> all;
  for (const bool counter : {true, false}) {
    for (const base::Duration averaged : {base::Duration(1s), base::Duration(100ms)}) {
      all.push_back({counter, {}, 0, averaged});
      for (const int period : {10, 20, 50, 100, 200, 500, 1000})
        for (const std::size_t depth : {std::size_t{3}, std::size_t{20}, std::size_t{119}, std::size_t{1000}})
          all.push_back({counter, period * 1ms, depth, averaged});
    }
  }
  return all;
}

}  // namespace

int main(int count, char** words) {
  const int runs = count > 1 ? std::atoi(words[1]) : 20;
  Draw draw{std::mt19937(count > 2 ? static_cast<unsigned>(std::atoi(words[2])) : 1)};
  const bool show = count > 3 && std::strcmp(words[3], "--runs") == 0;
  std::map<std::string, Tallies> kinds;
  Tally all;
  for (const Sources& sources : all_sources()) {
    for (int i = 0; i < runs; ++i) {
      for (const std::string& load : property_loads()) {
        const PropertyOutcome outcome = property_run(sources, load, draw);
        all.add(outcome);
        kinds["1 sources"][name_of(sources)].add(outcome);
        kinds["2 depth"][sources.ring_depth == 0 ? "no samples" : std::to_string(sources.ring_depth) + " samples"].add(
            outcome);
        kinds["3 readings average"][text_of(sources.averaged)].add(outcome);
        kinds["4 length in intervals"][outcome.length].add(outcome);
        kinds["5 load"][load].add(outcome);
        kinds["6 idle around the run"][outcome.roll].add(outcome);
        kinds["7 machine"][outcome.machine + ", " + kind_of(sources)].add(outcome);
        kinds["7 method"][outcome.method].add(outcome);
        if (load == kOthersLoad) kinds["8 method, load of others, too"][outcome.method].add(outcome);
        if (show && !outcome.holds)
          std::printf("# %s depth %zu averaged %s load %s length %s roll %s %s by %s share %.2f width %.1f %%\n",
                      name_of(sources).c_str(), sources.ring_depth, text_of(sources.averaged).c_str(), load.c_str(),
                      outcome.length.c_str(), outcome.roll.c_str(), outcome.machine.c_str(), outcome.method.c_str(),
                      *outcome.share, outcome.relative_width * 100);
      }
    }
  }
  std::printf(
      "| kind | class | runs | holds or unknown %% | unknown %% | half-width, median %% |\n|---|---|---|---|---|---|\n");
  print("all", "", all);
  for (const auto& [kind, classes] : kinds)
    for (const auto& [name, tally] : classes) print(kind.substr(2), name, tally);
}
