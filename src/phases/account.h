// The account of a run's phases: how often, how long, and with which energy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/quantity.h"
#include "base/time.h"
#include "energy/energy_estimate.h"
#include "energy/uncertainty.h"
#include "phases/activity.h"
#include "phases/lag.h"
#include "phases/marks.h"
#include "series/gpu_series.h"

namespace gpubench::phases {

struct PhaseWork {
  std::string unit;
  double amount = 0;
};

enum class EnergyBasis : std::uint8_t {
  cuts,     // the power samples cut at each start and end
  by_name,  // too short for that: by the samples over all of its occurrences
  refused,  // its interval would be too wide to say anything
  unknown,  // the energy of a GPU, or its power over time, is not known
};

// One of a phase that occurs often, as the mean of all.
struct EachEnergy {
  base::Energy mean;
  base::Energy half_width;  // of the mean, by the scatter of its occurrences; k = 2
};

// All phases of one name within the same phase.
struct Phase {
  std::string name;
  std::optional<std::size_t> parent = {};  // its number in the list
  std::size_t depth = 0;                   // 0: within no other
  std::size_t count = 0;
  base::Duration time{};       // with the phases within it
  base::Duration self_time{};  // without
  EnergyBasis basis = EnergyBasis::unknown;
  std::optional<base::Energy> energy = {};  // of all GPUs, with the phases within it
  energy::Uncertainty uncertainty = {};
  std::optional<base::Energy> self_energy = {};
  base::Energy self_half_width;  // comparative, k = 2
  std::optional<EachEnergy> each = {};
  std::optional<base::Emissions> emissions = {};  // at the run's average intensity
  std::vector<PhaseWork> works = {};
  std::vector<ActivityMean> activity = {};  // empty: not known

  [[nodiscard]] std::optional<base::Power> average_power() const;
};

struct OtherLanePhase {
  std::string lane;
  std::string name;
  std::size_t count = 0;
  base::Duration time{};
};

// One phase from its begin to its end.
struct PhaseBar {
  base::Window time;
  std::size_t phase = 0;                    // its number in the list
  std::optional<base::Energy> energy = {};  // empty: not known, or to no better than 30 %
  base::Energy half_width = {};             // comparative, k = 2
};

struct PhaseAccount {
  Origin origin = Origin::marks;
  std::string lane;
  std::vector<Phase> phases;           // each right after the one that it is in
  Phase unmarked;                      // the rest of the run
  std::vector<Lag> lags;               // of each GPU
  std::vector<PhaseBar> bars;          // the longest, by their starts; what is within others after them
  std::vector<OtherLanePhase> others;  // of other threads: they overlap these, and are in no sum
  std::size_t more_others = 0;
  MarkTroubles troubles;
  std::uint64_t short_ranges = 0;  // NVTX ranges that are no phase, as they are shorter than 10 ms

  [[nodiscard]] bool synchronised() const;
};

// One GPU of the benchmark, with its energy in the run.
struct GpuPart {
  const series::GpuSeries* series;
  const energy::EnergyEstimate* whole;  // null: not known
};

// Empty: there is no mark within the run.
std::optional<PhaseAccount> account_phases(Marks marks, base::Window run, std::span<const GpuPart> gpus);

}  // namespace gpubench::phases
