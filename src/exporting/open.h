// Opens the export of a run to the database that a plan names. The one place that knows all protocols.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>

#include "base/result.h"
#include "exporting/destination.h"
#include "exporting/run_series.h"
#include "exporting/session.h"
#include "exporting/source.h"
#include "exporting/spec.h"
#include "platform/clock.h"
#include "platform/http_client.h"

namespace gpubench::exporting {

struct Plan {
  ProtocolKind protocol = ProtocolKind::import;
  Names names = Names::standard;
  DestinationSource destination;
  SessionLimits limits = {};
};

// Secrets in files are read each time.
Plan plan_of(const ExportSpec& spec);

// Of a server that was checked.
Endpoints endpoints(ProtocolKind kind, std::string_view url);

// Goes on where an earlier session to the same server ended. `make_source`: the run's samples by names, called twice. `http`
// and `clock` must outlive it.
using MakeSource = std::function<std::unique_ptr<Source>(const std::filesystem::path& run_directory, Names names)>;
base::Result<std::unique_ptr<Session>> open_session(const std::filesystem::path& run_directory, const Plan& plan,
                                                    const MakeSource& make_source, platform::HttpClient& http,
                                                    const platform::Clock& clock);

}  // namespace gpubench::exporting
