// The front door of the sources of carbon intensity.
#pragma once

#include "base/result.h"
#include "carbon/source.h"
#include "carbon/spec.h"
#include "platform/clock.h"

namespace gpubench::carbon {

// All that can be checked without a network is: names, forms, files, the presence of tokens. The clock must outlive the
// source.
base::Result<Source> open_source(const CarbonSpec& spec, const platform::Clock& clock);

}  // namespace gpubench::carbon
