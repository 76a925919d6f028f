// How the runs of two sides are put together to one change of a metric.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compare/side.h"
#include "statistics/change.h"
#include "statistics/mean.h"
#include "statistics/rank_tests.h"

namespace gpubench::compare {

enum class Method : std::uint8_t { pairs, sittings, runs, one_against_several, history, meter_only };

// Runs of the two sides that count, by benchmark already chosen. In `pairs` the runs of one index are a pair.
struct Selection {
  std::vector<const SideRun*> base;
  std::vector<const SideRun*> changed;
  bool paired = false;
};

// What earlier sets on the same board say of a metric's scatter, as logarithms.
struct Known {
  std::optional<statistics::Repeatability> within;    // of runs of one sitting
  std::optional<statistics::Repeatability> sittings;  // of the means of sittings
  std::vector<std::size_t> runs_of_sittings;          // how many runs each of those is the mean of
};

struct MetricChange {
  Method method = Method::runs;
  std::size_t count = 0;  // pairs or sittings of BASE, where that is the method
  statistics::Change change;
  std::optional<statistics::RankTest> ranks;
  double single_deviation = 0;  // of one pair or run: what more of them would lower
};

struct MeanOfSide {
  statistics::Mean mean;
  double absolute = 0;  // half-width with the boards' gain errors, k = 2
};

// Each run of both sides has the metric; the values are above 0 unless it is compared as a difference.
MetricChange change_of(Metric metric, const Selection& runs, const Known& known);
MeanOfSide mean_of_side(Metric metric, const std::vector<const SideRun*>& runs);

// Each board's share of the energy of these runs.
statistics::BoardShares board_shares(const std::vector<const SideRun*>& runs);

inline constexpr std::string_view kBoardTerm = "gain of the boards";
inline constexpr std::string_view kAssumedSittingTerm = "sitting, assumed";
inline constexpr std::string_view kKnownSittingTerm = "sitting, from history";

}  // namespace gpubench::compare
