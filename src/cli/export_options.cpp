#include "cli/export_options.h"

namespace gpubench::cli {
namespace {

constexpr Range kDay{0, 86400};

}  // namespace

std::vector<Option> export_options(exporting::ExportSpec& spec) {
  using exporting::Names;
  using exporting::ProtocolKind;
  const Choices<ProtocolKind> protocols{{"import", ProtocolKind::import}, {"remote_write", ProtocolKind::remote_write}};
  const Choices<Names> names{{"standard", Names::standard}, {"classic", Names::classic}};
  return {
      {"--export_protocol", "PROTOCOL", "import (VictoriaMetrics) or remote_write (Prometheus, Mimir, Thanos, vminsert)",
       choice(spec.protocol, protocols)},
      {"--export_names", "NAMES", "standard, or classic: the names of the predecessor's dashboards",
       choice(spec.names, names)},
      {"--export_settle", "SECONDS", "Seconds to wait before accepted samples are read back from the database",
       seconds(spec.settle, kDay)},
  };
}

Option export_drain_option(exporting::ExportSpec& spec) {
  return {"--export_drain", "SECONDS", "Maximum seconds to wait for the database at the end of the run",
          seconds(spec.drain, kDay)};
}

}  // namespace gpubench::cli
