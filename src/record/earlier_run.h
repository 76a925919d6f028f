// A run before this one of the same benchmark, as far as the two are compared.
#pragma once

#include <optional>
#include <string>

#include "base/quantity.h"
#include "base/time.h"

namespace gpubench::record {

struct EarlierRun {
  std::string id;
  std::string start;  // UTC: "2026-11-21 12:00:00"
  base::Duration elapsed{};
  std::optional<base::Energy> energy;  // empty: not known
  base::Energy half_width;             // of the energy, k = 2: comparative on the same boards, else absolute
  bool same_boards = false;            // all of its GPUs are this run's, and the other way round
};

}  // namespace gpubench::record
