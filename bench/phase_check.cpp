// How often the intervals of phases hold, how wide they are, and what a million marks cost.
//
//   phase_check [--runs N] [--marks N]      simulated runs of known energy (default 400); marks of the last table (10^6)
//
// Each run has ten phases of one length, 0.05 to 5 s apart, on a board whose samples lag by 15 to 45 ms, with noise and a
// drift of the samples against the counter.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "unit/phases/phase_script.h"

namespace {

using namespace gpubench;
using namespace std::chrono_literals;

struct Tally {
  std::size_t phases = 0;
  std::size_t known = 0;
  std::size_t held = 0;
  std::vector<double> errors;  // relative
  std::vector<double> widths;  // joules

  void add(const phases::Phase& phase, double truth) {
    ++phases;
    if (!phase.energy) return;
    ++known;
    const double error = phase.energy->joules() - truth;
    const double width = phase.uncertainty.comparative().joules();
    held += std::abs(error) <= width ? 1 : 0;
    errors.push_back(std::abs(error) / truth);
    widths.push_back(width);
  }
};

double quantile(std::vector<double> values, double share) {
  if (values.empty()) return NAN;
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

void one_run(std::mt19937& random, base::Duration length, double contrast, bool as_boards_do, Tally& tally) {
  const double low = std::uniform_real_distribution<>(100, 150)(random);
  support::PowerSteps steps(base::Power::from_watts(low));
  phases::MarkCollector marks;
  const std::uint32_t lane = marks.lane(phases::Origin::marks, "1/1");
  std::vector<base::Window> windows;
  base::SteadyTime time = phases::kStart + 1s;
  for (int i = 0; i < 10; ++i) {
    const base::Window window{time, time + length};
    if (as_boards_do)
      phases::add_load(steps, window, base::Power::from_watts(low), base::Power::from_watts(low + contrast),
                       static_cast<unsigned>(random()));
    else
      steps.then(window.start, base::Power::from_watts(low + contrast)).then(window.end, base::Power::from_watts(low));
    marks.span(lane, window.start, window.end, "phase " + std::to_string(i));
    windows.push_back(window);
    time = window.end + base::from_seconds(std::uniform_real_distribution<>(0.5, 1.5)(random));
  }
  const base::Window run{phases::kStart, time + 500ms};
  phases::Sensor sensor;
  sensor.lag = base::from_seconds(std::uniform_real_distribution<>(0.015, 0.045)(random));
  sensor.noise = (low + contrast) * 0.01;
  sensor.seed = static_cast<unsigned>(random());
  if (as_boards_do) sensor.averaged = 5ms;
  sensor.offset = base::from_seconds(std::uniform_real_distribution<>(0, 0.02)(random));
  const auto truth = steps.script();
  const auto account = phases::account_of(marks, truth, run, sensor);
  for (std::size_t i = 0; i < windows.size(); ++i) tally.add(account->phases[i], truth.used(windows[i]).joules());
}

void coverage(int runs, bool as_boards_do) {
  std::printf("%s\n",
              as_boards_do ? "loads that overshoot and scatter as on an H200, samples of 5 ms" : "steps, samples of 20 ms");
  std::printf("%8s %9s %7s %7s %18s %22s\n", "length", "contrast", "known", "holds", "95 % of errors", "half-width, median");
  for (const base::Duration length : {base::Duration(50ms), base::Duration(500ms), base::Duration(5s)}) {
    for (const double contrast : {100.0, 550.0}) {
      std::mt19937 random(7);
      Tally tally;
      for (int run = 0; run < runs; ++run) one_run(random, length, contrast, as_boards_do, tally);
      std::printf("%6.2f s %7.0f W %5.0f %% %5.1f %% %16.2f %% %20.2f J\n", base::to_seconds(length), contrast,
                  100.0 * static_cast<double>(tally.known) / static_cast<double>(tally.phases),
                  100.0 * static_cast<double>(tally.held) / static_cast<double>(std::max<std::size_t>(tally.known, 1)),
                  100 * quantile(tally.errors, 0.95), quantile(tally.widths, 0.5));
    }
  }
}

double peak_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

void cost(long marks) {
  std::string text;
  for (long i = 0; i < marks / 2; ++i) {
    const long long at = 101'000'000'000LL + i * 1'000'000LL;
    text += "b " + std::to_string(at) + " 7/7 step\ne " + std::to_string(at + 900'000) + " 7/7 step\n";
  }
  const base::Window run{phases::kStart, phases::kStart + std::chrono::milliseconds(marks / 2) + 2s};
  const auto truth = support::PowerSteps(base::Power::from_watts(400)).script();
  const series::GpuSeries gpu = phases::samples_of(truth, run);
  const auto whole = phases::whole_of(truth, run);
  const std::vector<phases::GpuPart> parts{{&gpu, &whole}};
  const double before = peak_mib();
  const auto start = std::chrono::steady_clock::now();
  phases::MarkCollector collector;
  phases::MarkLines lines(collector, {"", 0, {phases::kStart, base::WallTime(1'700'000'000s)}});
  for (std::size_t at = 0; at < text.size(); at += 65536) lines.read(std::string_view(text).substr(at, 65536));
  lines.finish();
  const auto account = phases::account_phases(collector.finish(run.end), run, parts);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::printf("\n%ld marks: %.2f s, %.1f MiB more memory, %zu occurrences\n", marks, took.count(), peak_mib() - before,
              account ? account->phases.at(0).count : 0);
}

}  // namespace

int main(int argc, char** argv) {
  int runs = 400;
  long marks = 1'000'000;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--runs") == 0) runs = std::atoi(argv[i + 1]);
    if (std::strcmp(argv[i], "--marks") == 0) marks = std::atol(argv[i + 1]);
  }
  cost(marks);
  coverage(runs, false);
  coverage(runs, true);
  return 0;
}
