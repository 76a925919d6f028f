#include "parts/figures.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/json.h"
#include "base/try.h"
#include "carbon/utc_time.h"
#include "runs/saved_metrics.h"

namespace gpubench::parts {
namespace {

using runs::member;
using runs::number_in;
using runs::object_in;
using runs::text_in;

std::optional<base::Energy> joules(const Json& object, const char* key) {
  const auto value = number_in(object, key);
  return value ? std::optional(base::Energy::from_joules(*value)) : std::nullopt;
}

Interval interval_in(const Json& object, const char* key) {
  const Json* const uncertainty = object_in(object, key);
  if (uncertainty == nullptr) return {};
  return {joules(*uncertainty, "comparative_joules").value_or(base::Energy()),
          joules(*uncertainty, "absolute_joules").value_or(base::Energy())};
}

// Of the method whose energy counts.
Interval interval_of_best(const Json& gpu, base::Energy best) {
  const Json* const methods = object_in(gpu, "energy");
  if (methods == nullptr) return {};
  for (const char* const name : {"counter", "ring", "average"})
    if (const Json* const method = object_in(*methods, name); method != nullptr && joules(*method, "energy_joules") == best)
      return interval_in(*method, "uncertainty");
  return {};
}

std::optional<base::Power> idle_power(const Json& gpu) {
  const Json* const methods = object_in(gpu, "energy");
  const Json* const idle = methods == nullptr ? nullptr : object_in(*methods, "idle");
  if (idle == nullptr) return std::nullopt;
  for (const char* const when : {"before", "after"})
    if (const Json* const level = object_in(*idle, when))
      if (const auto watts = number_in(*level, "power_watts")) return base::Power::from_watts(*watts);
  return std::nullopt;
}

template <class Each>
void for_each_object(Json& object, const char* key, Each each) {
  const auto list = object.find(key);
  if (list == object.end() || !list->is_array()) return;
  std::for_each(list->begin(), list->end(), [&](Json& entry) {
    if (entry.is_object()) each(entry);
  });
}

void read_boards(Json& metrics, PartFigures& figures) {
  for_each_object(metrics, "gpus", [&](Json& gpu) {
    Board board;
    board.uuid = text_in(gpu, "uuid");
    board.name = text_in(gpu, "name");
    board.energy = joules(gpu, "energy_joules");
    if (board.energy) board.interval = interval_of_best(gpu, *board.energy);
    board.idle_power = idle_power(gpu);
    gpu["node"] = figures.part.node;
    gpu["part"] = figures.folder;
    board.entry = base::json_text(gpu, kJsonIndent);
    figures.boards.push_back(std::move(board));
  });
}

void read_emissions(const Json& metrics, PartFigures& figures) {
  const Json* const emissions = object_in(metrics, "emissions");
  if (emissions == nullptr) return;
  if (const auto grams = number_in(*emissions, "total_grams")) figures.emissions = base::Emissions::from_grams(*grams);
  if (const auto grams = number_in(*emissions, "uncertainty_grams"))
    figures.emissions_half_width = base::Emissions::from_grams(*grams);
  const Json* const yearly = member(*emissions, "used_yearly_factor");
  figures.used_yearly_factor = yearly != nullptr && yearly->is_boolean() && yearly->get<bool>();
}

}  // namespace

Interval operator+(const Interval& a, const Interval& b) {
  const auto root = [](base::Energy x, base::Energy y) {
    return base::Energy::from_joules(std::hypot(x.joules(), y.joules()));
  };
  return {root(a.comparative, b.comparative), root(a.absolute, b.absolute)};
}

base::Result<PartFigures> read_figures(const std::filesystem::path& folder) {
  PartFigures figures;
  figures.path = folder;
  figures.folder = folder.filename().string();
  GPUBENCH_ASSIGN_OR_RETURN(figures.part, read_part(folder));
  Json metrics;
  GPUBENCH_ASSIGN_OR_RETURN(metrics, runs::read_saved_metrics(folder));
  const auto start = carbon::parse_utc_time(text_in(metrics, "start_time"));
  const auto elapsed = number_in(metrics, "elapsed_time");
  constexpr double kLongest = 1e9;
  const bool has_length = elapsed && *elapsed >= 0 && *elapsed < kLongest;
  if (!start || !has_length) return base::failure("metrics.json has no times");
  figures.start = *start - figures.part.ahead();
  figures.end = figures.start + base::from_seconds(*elapsed);
  read_boards(metrics, figures);
  figures.energy = joules(metrics, "total_energy_joules");
  figures.interval = interval_in(metrics, "total_energy_uncertainty");
  read_emissions(metrics, figures);
  for_each_object(metrics, "findings", [&](const Json& finding) {
    figures.doubts.push_back({text_in(finding, "name"), text_in(finding, "text")});
  });
  for (const char* const list : {"gpus", "other_gpus", "emissions", "findings", "phases", "phases_by", "footprint"})
    metrics.erase(list);
  figures.beside = beside::read_saved(folder);
  figures.benchmark = text_in(metrics, "benchmark");
  figures.settings = base::json_text(metrics);
  for (const char* const key : {"tool_cost", "export"})
    if (const Json* const costs = object_in(metrics, key)) figures.costs[key] = *costs;
  return figures;
}

}  // namespace gpubench::parts
