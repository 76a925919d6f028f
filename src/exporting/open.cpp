#include "exporting/open.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/try.h"
#include "exporting/remote_write/remote_write_protocol.h"
#include "exporting/victoriametrics/import_protocol.h"
#include "platform/secret.h"

namespace gpubench::exporting {
namespace {

struct Entry {
  ProtocolKind kind;
  Endpoints (*endpoints)(std::string_view url);
  std::unique_ptr<Protocol> (*make)(Endpoints endpoints);
};
constexpr std::array<Entry, 2> kProtocols{{
    {ProtocolKind::import, import_endpoints, make_import_protocol},
    {ProtocolKind::remote_write, remote_write_endpoints, make_remote_write_protocol},
}};

const Entry& entry_of(ProtocolKind kind) {
  return *std::find_if(kProtocols.begin(), kProtocols.end(), [&](const Entry& entry) { return entry.kind == kind; });
}

base::Result<Destination> destination_of(const Server& server) {
  Destination to;
  to.url = server.url;
  to.user = server.user;
  to.ca_file = server.ca_file;
  to.client_cert_file = server.client_cert_file;
  to.client_key_file = server.client_key_file;
  GPUBENCH_ASSIGN_OR_RETURN(to.password, platform::read_secret(server.password));
  GPUBENCH_ASSIGN_OR_RETURN(to.bearer, platform::read_secret(server.token));
  return to;
}

}  // namespace

Plan plan_of(const ExportSpec& spec) {
  Plan plan;
  plan.protocol = spec.protocol;
  plan.names = spec.names;
  plan.limits.settle = spec.settle;
  plan.destination = [server = spec.server] { return destination_of(server); };
  return plan;
}

Endpoints endpoints(ProtocolKind kind, std::string_view url) {
  return entry_of(kind).endpoints(url);
}

base::Result<std::unique_ptr<Session>> open_session(const std::filesystem::path& run_directory, const Plan& plan,
                                                    const MakeSource& make_source, platform::HttpClient& http,
                                                    const platform::Clock& clock) {
  const auto destination = plan.destination();
  if (!destination) return base::failure(destination.error());
  if (const auto checked = check(*destination); !checked) return base::failure(checked.error());
  auto folder = StateFolder::open(run_directory);
  if (!folder) return base::failure(folder.error());
  const Endpoints all = endpoints(plan.protocol, destination->url);
  State state = (*folder)->load(all.write, std::string(names_text(plan.names)));
  Receiver receiver(http, entry_of(plan.protocol).make(all), plan.destination, *destination);
  Receiver end_receiver(http, make_remote_write_protocol({all.end, {}, all.end}), plan.destination, *destination);
  return std::make_unique<Session>(
      SessionParts{make_source(run_directory, plan.names), make_source(run_directory, plan.names), std::move(receiver),
                   std::move(end_receiver), *std::move(folder), std::move(state)},
      clock, plan.limits);
}

}  // namespace gpubench::exporting
