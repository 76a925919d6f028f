#include "workload/docker/own_containers.h"

#include <nlohmann/json.hpp>
#include <string>

#include "base/json.h"
#include "base/try.h"
#include "workload/docker/container.h"
#include "workload/docker/create_request.h"
#include "workload/docker/engine/json.h"

namespace gpubench::workload {
namespace {

using nlohmann::json;

// One that runs, waits for its start, or is in a state that we do not know has not.
bool has_ended(const json& container) {
  const std::string state = text(container, "State");
  return state == "exited" || state == "dead" || state == "removing";
}

}  // namespace

base::Result<std::vector<OwnContainer>> fetch_own_containers(EngineClient& engine) {
  const std::string filter = std::string(R"({"label":[")") + kRunLabel + "\"]}";
  const auto answer = engine.get("/containers/json?all=1&filters=" + url_encoded(filter));
  if (!answer) return base::failure(answer.error().with_context("could not list the containers"));
  if (answer->status != 200) return base::failure("the engine did not list its containers: " + engine_words(*answer));
  auto containers = parse_own_containers(answer->body);
  if (containers)
    for (OwnContainer& container : *containers)
      container.may_be_elsewhere = container.may_be_elsewhere || engine.address().is_remote();
  return containers;
}

base::Result<std::vector<OwnContainer>> parse_own_containers(std::string_view body) {
  const json list = base::parse_json(body);
  if (!list.is_array()) return base::failure("the engine's list of containers is not valid");
  std::vector<OwnContainer> containers;
  for (const json& item : list) {
    if (!item.is_object() || !item.contains("Labels") || !item["Labels"].is_object()) continue;
    if (!item["Labels"].contains(kRunLabel)) continue;  // an engine that ignores the filter
    OwnContainer container;
    container.id = text(item, "Id");
    if (container.id.empty() || container.id.find_first_not_of("0123456789abcdef") != std::string::npos) continue;
    container.name = container.id.substr(0, 12);
    if (item.contains("Names") && item["Names"].is_array() && !item["Names"].empty() && item["Names"][0].is_string()) {
      const std::string name = engine_words(item["Names"][0].get<std::string>());
      container.name = name.substr(name.find_first_not_of('/') == std::string::npos ? 0 : name.find_first_not_of('/'));
    }
    container.image = engine_words(text(item, "Image"));
    container.status = engine_words(text(item, "Status"));
    container.owner = text(item["Labels"], kOwnerLabel);
    container.may_be_elsewhere = !has_ended(item);
    containers.push_back(std::move(container));
  }
  return containers;
}

base::Result<std::vector<OwnContainer>> list_own_containers(const EngineLocation& engine) {
  EngineClient client;
  GPUBENCH_TRY(client.connect(engine.host, engine.tls));
  return fetch_own_containers(client);
}

base::Result<void> remove_own_container(const EngineLocation& engine, const OwnContainer& container,
                                        const platform::Clock& clock) {
  EngineClient client;
  if (auto connected = client.connect(engine.host, engine.tls); !connected) return connected;
  const auto removed = Container(client, clock, container.id).remove();
  return removed ? removed : base::failure(removed.error().with_context(container.name));
}

}  // namespace gpubench::workload
