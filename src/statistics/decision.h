// What a change means: the three zones of a gate, equivalence, several tests at once, when to stop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "statistics/change.h"
#include "statistics/mean.h"
#include "statistics/stopping.h"

namespace gpubench::statistics {

enum class Zone : std::uint8_t { pass, undecided, fail };

// `worse` and `tolerance`: a change towards the worse and how much of it is allowed, both on one scale. Each of the two
// decisions is wrong with at most 1 - `confidence`.
Zone zone_of(const Change& worse, double tolerance, double confidence = 0.95);
// How likely a change as great as this one is where the true one is `tolerance`.
double p_of_more_than(const Change& worse, double tolerance);

// Two one-sided tests (Schuirmann 1987): the 90 % interval lies within +- `margin`.
struct Equivalence {
  Interval interval;  // 90 %
  double p = 1;
  bool same = false;
};
Equivalence equivalence(const Change& change, double margin);

// Holm 1979: each p as it counts among all of them.
std::vector<double> holm(std::span<const double> p_values);

// Of a set that is stopped once it is precise enough: the 95 % half-width as a share of the mean, with the degrees after
// stopping; empty: too few runs to be asked.
std::optional<double> precision_reached(Values values, const Floors& floors, std::size_t fewest = kFewestUntilPrecise);

// When pairs are looked at until it is clear which of the two is the greater, and how sure each look must be, so that all of
// them together err in at most 5 %.
struct Look {
  std::size_t pairs;
  double confidence;  // two-sided: either of the two may turn out to be the greater
};
std::span<const Look> looks_until_decided();
// The look that is due after as many pairs; null: none.
const Look* look_after(std::size_t pairs);
// Whether that look shows which of the two is the greater. It never says so against the 95 % interval that is reported.
// `no_more`: no pairs follow, so it is the last look that is due, with however many pairs there are.
bool is_decided(const Side& base, const Side& changed, bool no_more);

}  // namespace gpubench::statistics
