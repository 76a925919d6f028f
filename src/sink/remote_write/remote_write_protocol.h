// Prometheus' remote write 1.0, which Prometheus, Mimir, Thanos and VictoriaMetrics take; read back by a PromQL query.
#pragma once

#include <memory>

#include "sink/destination.h"
#include "sink/protocol.h"

namespace gpubench::sink {

std::unique_ptr<Protocol> make_remote_write_protocol(Endpoints endpoints);

}  // namespace gpubench::sink
