// Prometheus' remote write 1.0, which Prometheus, Mimir, Thanos and VictoriaMetrics take; read back by a PromQL query.
#pragma once

#include <memory>
#include <string_view>

#include "exporting/protocol.h"

namespace gpubench::exporting {

// Of the server at `url`, which may end in one of them.
Endpoints remote_write_endpoints(std::string_view url);
std::unique_ptr<Protocol> make_remote_write_protocol(Endpoints endpoints);

}  // namespace gpubench::exporting
