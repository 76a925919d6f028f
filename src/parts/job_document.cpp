#include "parts/job_document.h"

#include <fmt/format.h>

#include <set>

#include "base/json.h"
#include "base/text.h"
#include "report/text.h"
#include "runs/saved_metrics.h"

namespace gpubench::parts {
namespace {

template <class Quantity>
Json known(const std::optional<Quantity>& quantity, double (Quantity::*unit)() const) {
  return quantity ? Json(((*quantity).*unit)()) : Json(nullptr);
}

template <class T>
Json known(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json time_or_null(const std::optional<base::WallTime>& time) {
  return time ? Json(base::utc_text_milliseconds(*time)) : Json(nullptr);
}

Json uncertainty(const Interval& interval, const std::optional<base::Energy>& energy) {
  if (!energy) return nullptr;
  const auto percent = [&](base::Energy half_width) {
    return energy->joules() > 0 ? Json(half_width / *energy * 100) : Json(nullptr);
  };
  return {{"comparative_joules", interval.comparative.joules()},
          {"comparative_percent", percent(interval.comparative)},
          {"absolute_joules", interval.absolute.joules()},
          {"absolute_percent", percent(interval.absolute)},
          {"terms", Json::array()}};
}

// The part that has the first rank: what it says of the benchmark is the job's.
const PartFigures& first_part(const Job& job) {
  for (const PartFigures& part : job.parts)
    for (const RankRun& ran : part.part.ran)
      if (ran.rank == 0) return part;
  return job.parts.front();
}

// The same of how it was measured; the head's part has no GPUs.
const PartFigures& measured_part(const Job& job) {
  const PartFigures& first = first_part(job);
  return first.part.head ? job.parts.front() : first;
}

Json setting(const Json& metrics, const char* key) {
  const Json* const value = runs::member(metrics, key);
  return value == nullptr ? Json(nullptr) : *value;
}

std::string gpu_names(const Job& job) {
  std::set<std::string> names;
  for (const PartFigures& part : job.parts)
    for (const Board& board : part.boards) names.insert(board.name);
  return base::joined({names.begin(), names.end()}, ", ");
}

std::size_t board_count(const Job& job) {
  std::size_t count = 0;
  for (const PartFigures& part : job.parts) count += part.boards.size();
  return count;
}

void add_predecessor_keys(Json& out, const Job& job, const Json& first) {
  const std::string names = gpu_names(job);
  out["benchmark"] = setting(first, "benchmark");
  out["name"] = names.empty() ? Json(nullptr) : Json(names);
  out["device_count"] = board_count(job);
  out["elapsed_time"] = base::to_seconds(job.end - job.start);
  out["start_datetime"] = base::utc_table_text(job.start);
  out["end_datetime"] = base::utc_table_text(job.end);
  out["total_energy"] = known(job.energy, &base::Energy::kilowatt_hours);
  out["total_carbon"] = known(job.emissions, &base::Emissions::grams);
  out["score"] = setting(first, "score");
}

void add_run(Json& out, const Job& job, const Json& first) {
  out["schema_version"] = setting(first, "schema_version");
  out["run_id"] = job.group;
  out["label"] = setting(first, "label");
  out["tool_version"] = setting(first, "tool_version");
  out["host"] = job.nodes.size() == 1 ? job.nodes.front().node : std::to_string(job.nodes.size()) + " nodes";
  out["start_time"] = base::utc_text_milliseconds(job.start);
  out["end_time"] = base::utc_text_milliseconds(job.end);
  const Json measured = base::parse_ordered_json(measured_part(job).settings);
  for (const char* const key : {"interval_seconds", "source", "environment"})
    if (runs::member(measured, key) != nullptr) out[key] = setting(measured, key);
  if (runs::member(first, "workload") != nullptr) out["workload"] = setting(first, "workload");
  if (out["workload"].is_object()) out["workload"]["exit_code"] = known(job.exit_code);
}

Json group_document(const Job& job) {
  return {{"id", job.group},           {"launcher", job.launcher},
          {"nodes", job.nodes.size()}, {"nodes_expected", known(job.nodes_expected)},
          {"ranks", job.ranks.size()}, {"ranks_expected", known(job.ranks_expected)},
          {"parts", job.parts.size()}, {"complete", job.is_complete()}};
}

Json clock_document(const std::optional<NodeClock>& clock) {
  if (!clock) return nullptr;
  return {{"synchronised", clock->synchronised}, {"largest_error_seconds", base::to_seconds(clock->largest_error)}};
}

Json offset_document(const ClockOffset& clock) {
  return {{"seconds", base::to_seconds(clock.offset)},
          {"bound_seconds", base::to_seconds(clock.bound)},
          {"change_seconds", base::to_seconds(clock.change)}};
}

Json node_document(const NodeAccount& node) {
  const double seconds = base::to_seconds(node.end - node.start);
  Json out = {{"node", node.node},
              {"number", known(node.number)},
              {"state", node.state},
              {"parts", node.parts},
              {"gpus", node.boards},
              {"gpus_allocated", known(node.gpus_allocated)},
              {"ranks", node.ranks},
              {"start_time", base::utc_text_milliseconds(node.start)},
              {"end_time", base::utc_text_milliseconds(node.end)},
              {"elapsed_seconds", seconds},
              {"energy_joules", known(node.energy, &base::Energy::joules)}};
  out["energy_uncertainty"] = uncertainty(node.interval, node.energy);
  out["average_power_watts"] = node.energy && seconds > 0 ? Json(node.energy->joules() / seconds) : Json(nullptr);
  out["waiting_seconds"] = base::to_seconds(node.waiting);
  out["waiting_energy_joules_estimated"] = known(node.waiting_energy, &base::Energy::joules);
  out["clock"] = clock_document(node.clock);
  if (node.clock_offset) out["clock_offset"] = offset_document(*node.clock_offset);
  return out;
}

std::optional<double> seconds_of(const RankRun& ran) {
  return ran.start && ran.end ? std::optional(base::to_seconds(*ran.end - *ran.start)) : std::nullopt;
}

Json rank_document(const RankAccount& rank) {
  return {{"rank", rank.ran.rank},
          {"node", rank.node},
          {"gpus", rank.ran.boards},
          {"start_time", time_or_null(rank.ran.start)},
          {"end_time", time_or_null(rank.ran.end)},
          {"elapsed_seconds", known(seconds_of(rank.ran))},
          {"exit_code", known(rank.ran.exit_code)},
          {"energy_joules", known(rank.energy, &base::Energy::joules)},
          {"energy_uncertainty", uncertainty(rank.interval, rank.energy)}};
}

Json emissions_document(const Job& job) {
  if (!job.emissions) return nullptr;
  bool yearly = false;
  for (const PartFigures& part : job.parts) yearly = yearly || part.used_yearly_factor;
  const double kilowatt_hours = job.energy ? job.energy->kilowatt_hours() : 0;
  return {{"total_grams", job.emissions->grams()},
          {"uncertainty_grams", known(job.emissions_half_width, &base::Emissions::grams)},
          {"average_grams_per_kwh", kilowatt_hours > 0 ? Json(job.emissions->grams() / kilowatt_hours) : Json(0.0)},
          {"used_yearly_factor", yearly},
          {"slots", Json::array()}};
}

// Sums over the parts; null where a part does not know its own.
Json summed(const Job& job, const char* object, const char* key) {
  double sum = 0;
  for (const PartFigures& part : job.parts) {
    const Json* const map = runs::object_in(part.costs, object);
    const auto value = map == nullptr ? std::nullopt : runs::number_in(*map, key);
    if (!value) return nullptr;
    sum += *value;
  }
  return sum;
}

Json whole_number(const Json& number) {
  return number.is_number() ? Json(static_cast<std::uint64_t>(number.get<double>())) : Json(nullptr);
}

void add_costs(Json& out, const Job& job, const Json& first) {
  for (const char* const key : {"cpu_seconds", "peak_resident_mib", "deadlines", "late_deadlines"})
    out["tool_cost"][key] = summed(job, "tool_cost", key);
  out["tool_cost"]["worst_lateness_seconds"] = nullptr;
  out["export"] = setting(first, "export");
  for (const char* const key : {"recorded", "accepted", "verified", "pending", "quarantined"})
    out["export"][key] = whole_number(summed(job, "export", key));
}

}  // namespace

Json job_document(const Job& job) {
  const Json first = base::parse_ordered_json(first_part(job).settings);
  Json out;
  add_predecessor_keys(out, job, first);
  add_run(out, job, first);
  out["group"] = group_document(job);
  out["nodes"] = Json::array();
  for (const NodeAccount& node : job.nodes) out["nodes"].push_back(node_document(node));
  out["ranks"] = Json::array();
  for (const RankAccount& rank : job.ranks) out["ranks"].push_back(rank_document(rank));
  out["balance"] = {{"time", known(job.imbalance.time)}, {"energy", known(job.imbalance.energy)}};
  out["total_energy_joules"] = known(job.energy, &base::Energy::joules);
  out["total_energy_uncertainty"] = uncertainty(job.interval, job.energy);
  out["known_energy_joules"] = known(job.known_energy, &base::Energy::joules);
  out["known_emissions_grams"] = known(job.known_emissions, &base::Emissions::grams);
  out[kBoards] = Json::array();
  out["carbon_region"] = setting(first, "carbon_region");
  out["emissions"] = emissions_document(job);
  if (!job.beside.empty()) out["beside"] = beside::document(job.beside);
  out["findings"] = Json::array();
  for (const Doubt& doubt : job.doubts) out["findings"].push_back({{"name", doubt.name}, {"text", doubt.text}});
  add_costs(out, job, first);
  return out;
}

std::string ranks_csv(const Job& job) {
  std::string text = "rank,node,gpus,elapsed_seconds,exit_code,energy_joules,comparative_joules\n";
  for (const RankAccount& rank : job.ranks) {
    const auto seconds = seconds_of(rank.ran);
    text += fmt::format("{},{},{},{},{},{},{}\n", rank.ran.rank, rank.node, base::joined(rank.ran.boards, " "),
                        seconds ? report::exact_number(*seconds) : "",
                        rank.ran.exit_code ? std::to_string(*rank.ran.exit_code) : "",
                        rank.energy ? report::exact_number(rank.energy->joules()) : "",
                        rank.energy ? report::exact_number(rank.interval.comparative.joules()) : "");
  }
  return text;
}

}  // namespace gpubench::parts
