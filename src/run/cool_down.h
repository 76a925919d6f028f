// Waiting between the runs of a set until the GPUs have cooled: runs that begin at one temperature can be compared.
#pragma once

#include <optional>
#include <string>

#include "base/quantity.h"
#include "base/result.h"
#include "meter/spec.h"
#include "platform/clock.h"
#include "platform/signals.h"

namespace gpubench::run {

struct CoolDown {
  std::optional<int> signal = {};  // that ended the wait
  std::string doubt = {};          // why a run that begins now does not begin at the temperature; empty: it does
};

// Until no GPU is hotter than `target` and 2 degrees, at most 300 s.
base::Result<CoolDown> cool_down(const meter::MeterSpec& spec, base::Temperature target, const platform::Clock& clock,
                                 platform::SignalQueue& signals);

}  // namespace gpubench::run
