// The section "Over time" of a page: where its script draws, and what it draws.
#pragma once

#include <ostream>
#include <string_view>
#include <vector>

#include "report/html/chart_curves.h"

namespace gpubench::report {

inline constexpr std::string_view kOverTime =
    "<noscript><p>The charts need JavaScript, which is turned off. The tables work without it.</p></noscript>\n"
    "<div id=\"tools\" class=\"tools\" role=\"toolbar\" aria-label=\"Time shown and curves shown\"></div>\n"
    "<p class=\"note keys\" id=\"keys\">Drag over a chart to zoom, double-click to see all. Keys on a chart: arrows move "
    "the cursor; Shift and arrows move the view; + and \u2212 zoom at the cursor; 0 shows all; B shows only the "
    "benchmark.</p>\n"
    "<div id=\"charts\" class=\"charts\"></div>\n"
    "<p class=\"note\" id=\"chart-note\"></p>\n";

// As a JSON list.
void write_charts(std::ostream& out, const std::vector<Chart>& charts);

}  // namespace gpubench::report
