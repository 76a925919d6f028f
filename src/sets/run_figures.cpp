#include "sets/run_figures.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "carbon/utc_time.h"
#include "runs/saved_metrics.h"

namespace gpubench::sets {
namespace {

using Json = nlohmann::ordered_json;

// Null where there is none: nothing is copied, as a file of anybody's may be nested very deep.
const Json* find(const Json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

std::optional<double> number(const Json& object, const char* key) {
  const Json* const value = find(object, key);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  const auto known = value->get<double>();
  return std::isfinite(known) ? std::optional(known) : std::nullopt;
}

std::string text(const Json& object, const char* key) {
  const Json* const value = find(object, key);
  return value != nullptr && value->is_string() ? value->get_ref<const std::string&>() : std::string();
}

// The entries of a list; none where there is no list.
template <class Each>
void for_each(const Json& object, const char* key, Each each) {
  const Json* const list = find(object, key);
  if (list == nullptr || !list->is_array()) return;
  for (const Json& entry : *list)
    if (entry.is_object()) each(entry);
}

std::optional<base::Energy> joules(const Json& object, const char* key) {
  const auto value = number(object, key);
  return value ? std::optional(base::Energy::from_joules(*value)) : std::nullopt;
}

void read_uncertainty(const Json& run, RunFigures& figures) {
  const Json* const uncertainty = find(run, "total_energy_uncertainty");
  if (uncertainty == nullptr) return;
  figures.comparative = joules(*uncertainty, "comparative_joules");
  for_each(*uncertainty, "terms", [&](const Json& term) {
    if (text(term, "name") == "disagreement")
      figures.disagreement =
          base::Energy::from_joules(std::hypot(figures.disagreement.joules(), number(term, "standard_joules").value_or(0)));
  });
}

}  // namespace

base::Result<RunFigures> read_figures(const std::filesystem::path& run_folder) {
  const auto metrics = runs::read_saved_metrics(run_folder);
  if (!metrics) return base::failure(metrics.error());
  const Json& run = *metrics;
  RunFigures figures;
  figures.benchmark = text(run, "benchmark");
  figures.energy = joules(run, "total_energy_joules");
  if (const auto start = carbon::parse_utc_time(text(run, "start_time"))) figures.start = *start;
  figures.elapsed = base::from_seconds(std::min(number(run, "elapsed_time").value_or(0), 1e9));
  if (const auto grams = number(run, "total_carbon")) figures.emissions = base::Emissions::from_grams(*grams);
  figures.score = number(run, "score");
  read_uncertainty(run, figures);
  for_each(run, "gpus", [&](const Json& gpu) {
    figures.gpus.push_back(text(gpu, "name"));
    if (const auto energy = joules(gpu, "energy_joules")) figures.boards.push_back({text(gpu, "uuid"), *energy});
  });
  for_each(run, "findings", [&](const Json& finding) {
    figures.findings.push_back(text(finding, "name"));
    figures.texts.push_back(text(finding, "text"));
  });
  if (const Json* const source = find(run, "source")) {
    const Json* const replay = find(*source, "replay");
    figures.replay = replay != nullptr && replay->is_boolean() && replay->get<bool>();
  }
  return figures;
}

}  // namespace gpubench::sets
