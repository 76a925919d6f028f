#include "app/export_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>

#include "platform/secret.h"

namespace gpubench::app {
namespace {

constexpr double kLongest = 86400;

base::Result<base::Duration> seconds(double value, const char* option) {
  if (std::isfinite(value) && value >= 0 && value <= kLongest) return base::from_seconds(value);
  return base::failure(fmt::format("{} must be from 0 to {} seconds", option, kLongest));
}

base::Result<exporting::Destination> destination(const exporting::Server& server) {
  exporting::Destination to;
  to.url = server.url;
  to.user = server.user;
  to.ca_file = server.ca_file;
  to.client_cert_file = server.client_cert_file;
  to.client_key_file = server.client_key_file;
  auto password = platform::read_secret(server.password);
  if (!password) return base::failure(password.error());
  to.password = *std::move(password);
  auto token = platform::read_secret(server.token);
  if (!token) return base::failure(token.error());
  to.bearer = *std::move(token);
  return to;
}

}  // namespace

void describe_export_flags(CLI::App& app, ExportFlags& flags, const char* group) {
  app.add_option("--export_protocol", flags.protocol,
                 "import (VictoriaMetrics) or remote_write (Prometheus, Mimir, Thanos, vminsert)")
      ->type_name("PROTOCOL")
      ->default_str("import")
      ->group(group);
  app.add_option("--export_names", flags.names, "standard, or classic: the names of the predecessor's dashboards")
      ->type_name("NAMES")
      ->default_str("standard")
      ->group(group);
  app.add_option("--export_settle", flags.settle, "Seconds to wait before accepted samples are read back from the database")
      ->type_name("SECONDS")
      ->default_str("10")
      ->group(group);
}

base::Result<ExportOptions> checked_export_flags(const ExportFlags& flags) {
  ExportOptions options;
  const auto protocol = exporting::protocol_from(flags.protocol);
  if (!protocol) return base::failure("--export_protocol is neither import nor remote_write", "write one of the two");
  options.protocol = *protocol;
  const auto names = exporting::names_from(flags.names);
  if (!names) return base::failure("--export_names is neither standard nor classic", "write one of the two");
  options.names = *names;
  const auto drain = seconds(flags.drain, "--export_drain");
  if (!drain) return base::failure(drain.error());
  options.drain = *drain;
  const auto settle = seconds(flags.settle, "--export_settle");
  if (!settle) return base::failure(settle.error());
  options.settle = *settle;
  return options;
}

exporting::Plan export_plan(const ExportOptions& options, const Environment& environment) {
  exporting::Plan plan;
  plan.protocol = options.protocol;
  plan.names = options.names;
  plan.limits.settle = options.settle;
  plan.destination = [server = environment.metrics_database] { return destination(server); };
  return plan;
}

}  // namespace gpubench::app
