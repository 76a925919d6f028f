// The options about export: where to, in which form, and how long to wait for it.
#pragma once

#include <chrono>
#include <string>

#include "app/environment.h"
#include "base/result.h"
#include "base/time.h"
#include "exporting/open.h"
#include "exporting/run_series.h"

namespace CLI {
class App;
}

namespace gpubench::app {

// CLI11's target values, as written.
struct ExportFlags {
  std::string protocol = "import";
  std::string names = "standard";
  double drain = 30;
  double settle = 10;
};

struct ExportOptions {
  exporting::ProtocolKind protocol = exporting::ProtocolKind::import;
  exporting::Names names = exporting::Names::standard;
  base::Duration drain = std::chrono::seconds(30);  // waited for at the end of a run
  base::Duration settle = std::chrono::seconds(10);
};

void describe_export_flags(CLI::App& app, ExportFlags& flags, const char* group);
base::Result<ExportOptions> checked_export_flags(const ExportFlags& flags);

// Address and secrets of the environment; those in files are read each time.
exporting::Plan export_plan(const ExportOptions& options, const Environment& environment);

}  // namespace gpubench::app
