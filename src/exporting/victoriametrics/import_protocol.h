// VictoriaMetrics' own protocol: gzip'ed JSON lines to /api/v1/import, read back from /api/v1/export.
#pragma once

#include <memory>
#include <string_view>

#include "exporting/protocol.h"

namespace gpubench::exporting {

// Of the server at `url`, which may end in one of them.
Endpoints import_endpoints(std::string_view url);
std::unique_ptr<Protocol> make_import_protocol(Endpoints endpoints);

}  // namespace gpubench::exporting
