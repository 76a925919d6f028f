// Prometheus' remote write 1.0, which Prometheus, Mimir, Thanos and VictoriaMetrics take; read back by a PromQL query.
#pragma once

#include <memory>

#include "exporting/destination.h"
#include "exporting/protocol.h"

namespace gpubench::exporting {

std::unique_ptr<Protocol> make_remote_write_protocol(Endpoints endpoints);

}  // namespace gpubench::exporting
