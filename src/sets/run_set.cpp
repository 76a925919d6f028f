#include "sets/run_set.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <exception>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <utility>

#include "base/json.h"
#include "base/text.h"
#include "base/unit.h"
#include "runs/json_fields.h"

namespace gpubench::sets {
namespace {

using runs::Form;
using runs::Json;
using runs::Of;

constexpr std::size_t kMostMembers = 100000;
constexpr std::size_t kLongestRunId = 64;
constexpr double kLongestPause = 1e6;  // seconds

constexpr std::array<std::pair<Role, const char*>, 3> kRoleNames{
    {{Role::warmup, "warmup"}, {Role::counted, "counted"}, {Role::excluded, "excluded"}}};

constexpr Form<Role> kRole{[](const Role& role) { return Json(std::string(role_name(role))); },
                           [](const Json& json) {
                             const auto name = json.get<std::string>();
                             for (const auto& [role, known] : kRoleNames)
                               if (name == known) return role;
                             throw std::range_error("no role is called \"" + name.substr(0, 20) + "\"");
                           }};

constexpr Form<base::Duration> kSeconds{[](const base::Duration& time) { return Json(base::to_seconds(time)); },
                                        [](const Json& json) {
                                          const auto seconds = json.get<double>();
                                          if (!std::isfinite(seconds) || seconds < 0 || seconds > kLongestPause)
                                            throw std::range_error("a pause out of range");
                                          return base::from_seconds(seconds);
                                        }};

}  // namespace

// Found by the reader and the writer of runs/json_fields.h, so they have the linkage of the types that they describe.
// NOLINTBEGIN(misc-use-internal-linkage)
void fields(auto& field, Of<Parameter> auto& parameter) {
  field("name", parameter.name);
  field("value", parameter.value);
}

void fields(auto& field, Of<Variant> auto& variant) {
  field("name", variant.name);
  field("benchmark", variant.benchmark);
  field("command", variant.command);
  field("parameters", variant.parameters);
}

void fields(auto& field, Of<SetOptions> auto& options) {
  field("runs", options.runs);
  field("warmup", options.warmup);
  field("pause_seconds", options.pause, kSeconds);
  field("until", options.until);
  field("max_runs", options.max_runs);
  field("start_at_celsius", options.start_at, base::kCelsius);
  field("keep_going", options.keep_going);
}

void fields(auto& field, Of<Sitting> auto& sitting) {
  field("started", sitting.started);
  field("host", sitting.host);
  field("tool_version", sitting.tool_version);
}

void fields(auto& field, Of<Member> auto& member) {
  field("run", member.run);
  field("role", member.role, kRole);
  field("reasons", member.reasons);
  field("variant", member.variant);
  field("block", member.block);
  field("sitting", member.sitting);
}

void fields(auto& field, Of<SetFinding> auto& finding) {
  field("name", finding.name);
  field("text", finding.text);
}

void fields(auto& field, Of<RunSet> auto& set) {
  field("set_id", set.id);
  field("label", set.label);
  field("benchmark", set.benchmark);
  field("seed", set.seed);
  field("invocation", set.invocation);
  field("working_folder", set.working_folder);
  field("options", set.options);
  field("variants", set.variants);
  field("sittings", set.sittings);
  field("members", set.members);
  field("findings", set.findings);
  field("complete", set.complete);
}
// NOLINTEND(misc-use-internal-linkage)

namespace {

// So that no name leads out of the results folder.
bool is_run_id(const std::string& id) {
  return !id.empty() && id.size() <= kLongestRunId &&
         id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
}

bool has_variant(const RunSet& set, const std::string& name) {
  return std::any_of(set.variants.begin(), set.variants.end(), [&](const Variant& one) { return one.name == name; });
}

// Throws what is wrong with a set whose fields have the right types.
void check_members(const RunSet& set) {
  if (set.members.size() > kMostMembers) throw std::range_error("more than 100000 runs");
  std::set<std::string> seen;
  for (const Member& member : set.members) {
    if (!is_run_id(member.run)) throw std::range_error("a member that is no run's id");
    if (!seen.insert(member.run).second) throw std::range_error("the run " + member.run + " twice");
    if (!has_variant(set, member.variant)) throw std::range_error("a variant that the set does not have");
    if (member.sitting < 1 || member.sitting > set.sittings.size())
      throw std::range_error("a sitting that the set does not have");
    if ((member.role == Role::excluded) == member.reasons.empty())
      throw std::range_error("an excluded run without a reason, or a reason of another run");
  }
}

void check_version(const Json& json) {
  const auto version = runs::whole<std::uint64_t>(json.at("schema_version"));
  if (version != kSetSchemaVersion)
    throw std::range_error("schema version " + std::to_string(version) + ", and this version of iris-gpubench reads " +
                           std::to_string(kSetSchemaVersion));
}

}  // namespace

std::string_view role_name(Role role) {
  return kRoleNames.at(static_cast<std::size_t>(role)).second;
}

std::string set_json(const RunSet& set) {
  runs::JsonWriter writer;
  writer("schema_version", kSetSchemaVersion);
  fields(writer, set);
  return base::json_text(writer.json, 2) + "\n";
}

base::Result<RunSet> parse_set(std::string_view json) {
  const Json parsed = base::parse_ordered_json(json);
  if (!parsed.is_object()) return base::failure("it is damaged: not a JSON object");
  try {
    check_version(parsed);
    RunSet set;
    runs::JsonReader reader(parsed);
    fields(reader, set);
    if (!is_run_id(set.id)) throw std::range_error("no id of a set");
    check_members(set);
    return set;
  } catch (const std::exception& error) {
    return base::failure(base::excerpt(error.what(), 200));
  }
}

}  // namespace gpubench::sets
