// The protobuf message of Prometheus' remote write 1.0 (prometheus.WriteRequest), written by hand: it has four kinds of
// fields.
#pragma once

#include <span>
#include <string>

#include "exporting/sample.h"

namespace gpubench::exporting {

// `samples` are sorted by series, then time.
std::string write_message(std::span<const Sample> samples, std::span<const Series> series);

}  // namespace gpubench::exporting
