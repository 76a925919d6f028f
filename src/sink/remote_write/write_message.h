// The protobuf message of Prometheus' remote write 1.0 (prometheus.WriteRequest), written by hand: it has four kinds of
// fields.
#pragma once

#include <span>
#include <string>

#include "sink/sample.h"

namespace gpubench::sink {

// `samples` are sorted by series, then time.
std::string write_message(std::span<const Sample> samples, std::span<const Series> series);

}  // namespace gpubench::sink
