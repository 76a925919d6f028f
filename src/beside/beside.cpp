#include "beside/beside.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "base/json.h"
#include "base/unit.h"
#include "platform/files.h"
#include "platform/regular_file.h"
#include "runs/json_fields.h"

namespace gpubench::beside {

namespace {

constexpr const char* kFile = "beside.json";
constexpr int kSchema = 1;  // raised when a key changes its meaning
constexpr std::uint64_t kLargest = std::uint64_t{16} << 20U;

constexpr std::array<std::pair<Accounted, const char*>, 6> kStates{{{Accounted::not_read, "not_read"},
                                                                    {Accounted::unfinished, "unfinished"},
                                                                    {Accounted::missing, "missing"},
                                                                    {Accounted::unsupported, "unsupported"},
                                                                    {Accounted::zero, "zero"},
                                                                    {Accounted::measured, "measured"}}};

Accounted state_of(std::string_view name) {
  const auto* const found =
      std::find_if(kStates.begin(), kStates.end(), [&](const auto& one) { return name == one.second; });
  return found == kStates.end() ? Accounted::not_read : found->first;
}

constexpr base::Unit<base::Energy> kJoules{"joules", &base::Energy::joules, base::Energy::from_joules};

constexpr runs::Form<Accounted> kState{[](const Accounted& state) { return runs::Json(state_name(state)); },
                                       [](const runs::Json& json) { return state_of(json.get<std::string>()); }};

}  // namespace

// NOLINTBEGIN(misc-use-anonymous-namespace): found by the types of their second arguments, which needs this namespace.
static void fields(auto& field, runs::Of<SlurmEnergy> auto& slurm) {
  field("cluster", slurm.of.cluster);
  field("job", slurm.of.job);
  field("step", slurm.of.step);
  field("state", slurm.state, kState);
  field("why", slurm.why);
  field("energy_joules", slurm.energy, kJoules);
  field("start_ns", slurm.start);
  field("end_ns", slurm.end);
  field("nodes", slurm.nodes);
  field("plugin", slurm.plugin);
}

static void fields(auto& field, runs::Of<NodeCounter> auto& counter) {
  field("node", counter.node);
  field("name", counter.name);
  field("file", counter.file);
  field("start_ns", counter.start);
  field("end_ns", counter.end);
  field("energy_joules", counter.energy, kJoules);
  field("why", counter.why);
}

static void fields(auto& field, runs::Of<Beside> auto& beside) {
  field("slurm", beside.slurm);
  field("node_counters", beside.node_counters);
}
// NOLINTEND(misc-use-anonymous-namespace)

namespace {

runs::Json known(const std::string& text) {
  return text.empty() ? runs::Json(nullptr) : runs::Json(text);
}

runs::Json known(const std::optional<base::WallTime>& time) {
  return time ? runs::Json(base::utc_text_milliseconds(*time)) : runs::Json(nullptr);
}

runs::Json known(const std::optional<base::Energy>& energy) {
  return energy ? runs::Json(energy->joules()) : runs::Json(nullptr);
}

runs::Json slurm_document(const SlurmEnergy& slurm) {
  return {{"cluster", known(slurm.of.cluster)},
          {"job", slurm.of.job},
          {"step", known(slurm.of.step)},
          {"state", state_name(slurm.state)},
          {"why", known(slurm.why)},
          {"energy_joules", known(slurm.energy)},
          {"scope", "whole nodes"},
          {"nodes", slurm.nodes ? runs::Json(*slurm.nodes) : runs::Json(nullptr)},
          {"start_time", known(slurm.start)},
          {"end_time", known(slurm.end)},
          {"plugin", known(slurm.plugin)}};
}

runs::Json counter_document(const NodeCounter& counter) {
  return {{"node", counter.node},          {"name", counter.name},
          {"file", counter.file},          {"energy_joules", known(counter.energy)},
          {"why", known(counter.why)},     {"start_time", known(std::optional(counter.start))},
          {"end_time", known(counter.end)}};
}

}  // namespace

const char* state_name(Accounted state) {
  return std::find_if(kStates.begin(), kStates.end(), [&](const auto& one) { return state == one.first; })->second;
}

nlohmann::ordered_json document(const Beside& beside) {
  runs::Json out = {{"slurm", beside.slurm ? slurm_document(*beside.slurm) : runs::Json(nullptr)},
                    {"node_counters", runs::Json::array()}};
  for (const NodeCounter& counter : beside.node_counters) out["node_counters"].push_back(counter_document(counter));
  return out;
}

base::Result<void> save(const std::filesystem::path& folder, const Beside& beside) {
  if (beside.empty()) return {};
  runs::JsonWriter writer;
  writer("schema_version", kSchema);
  fields(writer, beside);
  return platform::write_file_atomically(folder / kFile, base::json_text(writer.json, 2) + "\n");
}

Beside read_saved(const std::filesystem::path& folder) {
  const auto text = platform::read_regular_file(folder / kFile, kLargest);
  if (!text) return {};
  const auto json = base::parse_ordered_json(*text);
  if (!json.is_object()) return {};
  try {
    if (runs::whole<int>(json.at("schema_version")) != kSchema) return {};
    Beside beside;
    runs::JsonReader reader(json);
    fields(reader, beside);
    return beside;
  } catch (const nlohmann::json::exception&) {
    return {};
  } catch (const std::range_error&) {
    return {};
  }
}

}  // namespace gpubench::beside
