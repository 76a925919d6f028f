// VictoriaMetrics' own protocol: gzip'ed JSON lines to /api/v1/import, read back from /api/v1/export.
#pragma once

#include <memory>

#include "exporting/destination.h"
#include "exporting/protocol.h"

namespace gpubench::exporting {

std::unique_ptr<Protocol> make_import_protocol(Endpoints endpoints);

}  // namespace gpubench::exporting
