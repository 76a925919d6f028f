// The place on the page to which a finding links.
#pragma once

#include <optional>
#include <string_view>

#include "record/finding.h"

namespace gpubench::report {

struct FindingPlace {
  std::string_view anchor;  // of an element of the page; empty: nowhere
  std::optional<int> gpu;   // the driver's index, when it is about one
};

FindingPlace place_of(const record::Finding& finding);

}  // namespace gpubench::report
