#include "report/phases.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "record/activity.h"
#include "report/figure_text.h"
#include "report/text.h"

namespace gpubench::report {
namespace {

using meter::ValueKind;

constexpr std::size_t kLongestPhaseName = 50;  // characters of a foreign string
constexpr std::size_t kDeepestIndent = 8;

base::Energy half_width_of(const phases::Phase& phase) {
  return phase.uncertainty.terms.empty() ? phase.self_half_width : phase.uncertainty.comparative();
}

std::string following_energy(const phases::Phase& phase, double value) {
  return following_text(value, phase.energy.value_or(base::Energy{}), half_width_of(phase));
}

std::string energy_cell(const record::RunRecord& run, const phases::Phase& phase) {
  if (!phase.energy) return phase.basis == phases::EnergyBasis::refused ? "too short" : kNotAvailable;
  std::string text = with_half_width(*phase.energy, half_width_of(phase));
  if (phase.basis == phases::EnergyBasis::by_name) text += " (by name)";
  return run.facts.source.is_replay() ? text + " (REPLAY)" : text;
}

std::string share_cell(const record::RunRecord& run, const phases::Phase& phase) {
  if (!phase.energy || !run.total_energy || *run.total_energy <= base::Energy{}) return "";
  return fmt::format("{:.1f}", *phase.energy / *run.total_energy * 100);
}

std::string each_cell(const phases::Phase& phase) {
  if (phase.each) return with_half_width(phase.each->mean, phase.each->half_width);
  if (!phase.energy || phase.count < 2) return "";
  return following_energy(phase, phase.energy->joules() / static_cast<double>(phase.count));
}

std::string work_cell(const phases::Phase& phase) {
  std::string text;
  for (const phases::PhaseWork& work : phase.works) {
    const std::string unit = one_line(work.unit, kLongestPhaseName);
    base::add_item(text, plain_number(work.amount, 1) + " " + unit);
    if (phase.energy) text += ", " + following_energy(phase, phase.energy->joules() / work.amount) + " J each";
  }
  return text;
}

// "94.9 / 92.1 / 16.9": SM, tensor and memory; empty: not known.
std::string activity_cell(const phases::Phase& phase) {
  if (phase.activity.empty()) return {};
  std::string text;
  for (const ValueKind kind : {ValueKind::sm_activity, ValueKind::tensor_activity, ValueKind::memory_activity}) {
    const auto mean = record::activity_mean(phase.activity, kind);
    base::add_item(text, mean ? fmt::format("{:.1f}", *mean) : "?", " / ");
  }
  return text;
}

bool has_activity(const record::RunRecord& run) {
  const std::vector<phases::Phase>& all = run.phases->phases;
  return std::any_of(all.begin(), all.end(), [](const phases::Phase& phase) { return !phase.activity.empty(); });
}

std::vector<std::string> row_of(const record::RunRecord& run, const phases::Phase& phase, const std::string& name) {
  const auto power = phase.average_power();
  std::vector<std::string> row{name,
                               phase.count == 0 ? "" : std::to_string(phase.count),
                               short_number(base::to_seconds(phase.time), 3),
                               energy_cell(run, phase),
                               share_cell(run, phase),
                               phase.self_energy ? joules_text(*phase.self_energy, phase.self_half_width) : "",
                               each_cell(phase),
                               power ? following_energy(phase, power->watts()) : "",
                               phase.emissions ? following_energy(phase, phase.emissions->grams()) : "",
                               work_cell(phase)};
  if (has_activity(run)) row.push_back(activity_cell(phase));
  return row;
}

}  // namespace

const char* origin_name(phases::Origin origin) {
  switch (origin) {
    case phases::Origin::marks:
      return "marks";
    case phases::Origin::nvtx:
      return "nvtx";
    case phases::Origin::log:
      return "log";
  }
  return "";
}

std::string phase_path(const phases::PhaseAccount& account, std::size_t phase) {
  std::string path = account.phases[phase].name;
  for (auto parent = account.phases[phase].parent; parent; parent = account.phases[*parent].parent)
    path.insert(0, account.phases[*parent].name + "/");
  return path;
}

std::vector<std::string> phase_headings(const record::RunRecord& run) {
  std::vector<std::string> headings{"Phase",      "Count",    "Time (s)",  "Energy (J)", "Share (%)",
                                    "Itself (J)", "Each (J)", "Power (W)", "gCO2",       "Work"};
  if (run.phases && has_activity(run)) headings.emplace_back("SM / Tensor / Memory (%)");
  return headings;
}

std::vector<std::vector<std::string>> phase_rows(const record::RunRecord& run, std::size_t most) {
  std::vector<std::vector<std::string>> rows;
  if (!run.phases) return rows;
  const std::vector<phases::Phase>& phases = run.phases->phases;
  for (std::size_t i = 0; i < std::min(phases.size(), most); ++i) {
    const std::string indent(2 * std::min(phases[i].depth, kDeepestIndent), ' ');
    rows.push_back(row_of(run, phases[i], indent + one_line(phases[i].name, kLongestPhaseName)));
  }
  rows.push_back(row_of(run, run.phases->unmarked, kUnmarked));
  return rows;
}

std::vector<std::string> phase_remarks(const record::RunRecord& run, std::size_t most_rows) {
  std::vector<std::string> remarks;
  if (!run.phases) return remarks;
  const phases::PhaseAccount& account = *run.phases;
  remarks.emplace_back(
      "Energy and time of a phase include the phases within it; \"Itself\" is without them. Outermost phases and the "
      "unmarked "
      "rest add up to the run. Intervals: k = 2, on this board.");
  if (account.phases.size() > most_rows)
    remarks.push_back(fmt::format("{} more phases are in metrics.json.", account.phases.size() - most_rows));
  const auto has = [&](phases::EnergyBasis basis) {
    return std::any_of(account.phases.begin(), account.phases.end(),
                       [&](const auto& phase) { return phase.basis == basis; });
  };
  if (has(phases::EnergyBasis::by_name))
    remarks.emplace_back("\"By name\": too short for single cuts; by the power samples over all phases of that name.");
  if (has(phases::EnergyBasis::refused))
    remarks.emplace_back("\"Too short\": the interval would be wider than 30 % of the energy.");
  if (!account.others.empty())
    remarks.push_back(fmt::format("Phases of other threads overlap these and are in no sum ({} in metrics.json).",
                                  account.others.size() + account.more_others));
  if (account.short_ranges > 0)
    remarks.push_back(fmt::format("{} NVTX {} shorter than 10 ms: part of what is around them, and not counted.",
                                  grouped(std::to_string(account.short_ranges)),
                                  account.short_ranges == 1 ? "range was" : "ranges were"));
  return remarks;
}

namespace {

using Json = nlohmann::ordered_json;

template <class Quantity>
Json number(const std::optional<Quantity>& value, double (Quantity::*unit)() const) {
  return value ? Json(((*value).*unit)()) : Json(nullptr);
}

std::string basis_name(phases::EnergyBasis basis) {
  switch (basis) {
    case phases::EnergyBasis::cuts:
      return "cuts";
    case phases::EnergyBasis::by_name:
      return "by_name";
    case phases::EnergyBasis::refused:
      return "refused";
    case phases::EnergyBasis::unknown:
      return "unknown";
  }
  return {};
}

Json uncertainty_of(const phases::Phase& phase) {
  if (!phase.energy || phase.uncertainty.terms.empty()) return nullptr;
  const energy::Uncertainty& uncertainty = phase.uncertainty;
  const auto percent = [&](base::Energy half_width) {
    return *phase.energy > base::Energy{} ? Json(half_width / *phase.energy * 100) : Json(nullptr);
  };
  Json json;
  json["comparative_joules"] = uncertainty.comparative().joules();
  json["comparative_percent"] = percent(uncertainty.comparative());
  json["absolute_joules"] = uncertainty.absolute().joules();
  json["absolute_percent"] = percent(uncertainty.absolute());
  json["terms"] = Json::array();
  for (const energy::UncertaintyTerm& term : uncertainty.terms)
    json["terms"].push_back({{"name", std::string(term.name)},
                             {"standard_joules", term.standard.joules()},
                             {"absolute_only", term.absolute_only},
                             {"explanation", valid_utf8(term.explanation)}});
  return json;
}

Json works_of(const phases::Phase& phase) {
  Json works = Json::array();
  for (const phases::PhaseWork& work : phase.works)
    works.push_back({{"amount", work.amount},
                     {"unit", valid_utf8(work.unit)},
                     {"joules_per_unit", phase.energy ? Json(phase.energy->joules() / work.amount) : Json(nullptr)}});
  return works;
}

Json document_of(const record::RunRecord& run, const phases::Phase& phase, const std::string& path) {
  Json json;
  json["name"] = valid_utf8(phase.name);
  json["path"] = valid_utf8(path);
  json["depth"] = phase.depth;
  json["count"] = phase.count;
  json["seconds"] = base::to_seconds(phase.time);
  json["self_seconds"] = base::to_seconds(phase.self_time);
  json["energy_joules"] = number(phase.energy, &base::Energy::joules);
  json["uncertainty"] = uncertainty_of(phase);
  json["energy_basis"] = basis_name(phase.basis);
  json["self_energy_joules"] = number(phase.self_energy, &base::Energy::joules);
  json["self_uncertainty_joules"] = phase.self_energy ? Json(phase.self_half_width.joules()) : Json(nullptr);
  json["average_power_watts"] = number(phase.average_power(), &base::Power::watts);
  json["emissions_grams"] = number(phase.emissions, &base::Emissions::grams);
  json["each_joules"] = phase.each ? Json(phase.each->mean.joules()) : Json(nullptr);
  json["each_uncertainty_joules"] = phase.each ? Json(phase.each->half_width.joules()) : Json(nullptr);
  json["work"] = works_of(phase);
  if (!phase.activity.empty()) json["activity"] = activity_document(phase.activity, run.gpus);
  return json;
}

}  // namespace

Json activity_document(const std::vector<phases::ActivityMean>& means, const std::vector<record::GpuRecord>& gpus) {
  Json json;
  for (const phases::ActivityMean& mean : means) {
    const meter::ValueFacts& facts = meter::facts_of(mean.kind);
    json[fmt::format("{}_{}", facts.key, facts.key_unit)] = mean.value;
  }
  const record::ActivityEstimates estimates = record::estimates_of(means, gpus);
  json["estimated"] = {{"memory_bytes_per_second", number(estimates.memory, &base::DataRate::bytes_per_second)},
                       {"fp32_flop_per_second_at_most", number(estimates.fp32_at_most, &base::OperationRate::per_second)}};
  return json;
}

nlohmann::ordered_json phases_document(const record::RunRecord& run) {
  const phases::PhaseAccount& account = *run.phases;
  Json list = Json::array();
  for (std::size_t i = 0; i < account.phases.size(); ++i)
    list.push_back(document_of(run, account.phases[i], phase_path(account, i)));
  list.push_back(document_of(run, account.unmarked, kUnmarked));
  return list;
}

nlohmann::ordered_json phases_by_document(const phases::PhaseAccount& account) {
  Json json;
  json["source"] = origin_name(account.origin);
  json["lane"] = valid_utf8(account.lane);
  json["synchronised"] = account.synchronised();
  json["sensor_lags"] = Json::array();
  for (const phases::Lag& lag : account.lags)
    json["sensor_lags"].push_back({{"seconds", base::to_seconds(lag.value)},
                                   {"standard_uncertainty_seconds", base::to_seconds(lag.standard)},
                                   {"marks", lag.marks}});
  const std::string troubles = phases::troubles_text(account.troubles);
  json["troubles"] = troubles.empty() ? Json(nullptr) : Json(troubles);
  json["short_nvtx_ranges"] = account.short_ranges;
  json["other_lanes"] = Json::array();
  for (const phases::OtherLanePhase& other : account.others)
    json["other_lanes"].push_back({{"lane", valid_utf8(other.lane)},
                                   {"name", valid_utf8(other.name)},
                                   {"count", other.count},
                                   {"seconds", base::to_seconds(other.time)}});
  json["more_other_lanes"] = account.more_others;
  return json;
}

}  // namespace gpubench::report
