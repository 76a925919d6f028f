// The findings of a run in a line each, for a screen without room for the whole texts.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "record/finding.h"

namespace gpubench::report {

// The gravest first; those of one kind together: "GPU 0 was throttled in at least 12.5 % of its readings (+7 alike)". What
// does not fit in `columns` is cut at a word and ends with "...". Those named in `left_out` are said elsewhere.
std::vector<std::string> finding_lines(const std::vector<record::Finding>& findings, std::size_t columns,
                                       const std::vector<std::string_view>& left_out);

}  // namespace gpubench::report
