// Figures of a comparison as text, the same in every format and locale.
#pragma once

#include <string>
#include <utility>

#include "compare/report.h"

namespace gpubench::compare {

// Five significant digits with commas between thousands: "21,112", "30.820".
std::string figure_text(double value);
std::string figure_text(double value, const std::string& unit);
// Of the runs of a side: as many digits as the interval of their mean gives meaning to; without one, five.
std::string mean_text(const MeanOfSide& side);
std::string mean_text(const MeanOfSide& side, const std::string& unit);
// "+2.06 %" of 0.0206.
std::string percent_text(double share);
std::string change_text(const Row& row);
// "+1.97 to +2.14 %"
std::string interval_text(const Row& row, const statistics::Interval& shown_bounds);
std::string interval_text(const Row& row);
// "would show 0.14 %"; empty where it is not known.
std::string would_show_text(const Row& row);
// "5 pairs of one sitting", "5 against 4 runs, two sittings"
std::string method_text(const Comparison& comparison, const Row& row);
// "scatter of the pairs 0.03 %, gain of the boards 4.08 %": each one standard uncertainty.
std::string budget_text(const Row& row);
std::string gate_text(const Comparison& comparison, const GateResult& gate);
// "energy 1.000 x grid 1.750 = 1.750"; empty: the intensity is not known.
std::string carbon_text(const Comparison& comparison);

// Of a comparison among those of a report: its benchmark, or its key where other command lines of BASE share the name.
std::string benchmark_text(const Report& report, const Comparison& comparison);

// What the sides are called above their columns: of two variants of one set, only the variants.
std::pair<std::string, std::string> column_names(const Comparison& comparison);

// A name from outside: one line, cut.
std::string side_text(const std::string& name, std::size_t most = 60);

}  // namespace gpubench::compare
