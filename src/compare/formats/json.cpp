#include "base/json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "compare/formats/formats.h"
#include "compare/words.h"

namespace gpubench::compare {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kSchema = 1;

// Only what is finite: JSON has no other numbers.
Json json_number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}
Json json_text(std::string_view text) {
  return base::valid_utf8(text);
}
Json json_interval(const statistics::Interval& interval) {
  return Json::array({json_number(interval.low), json_number(interval.high)});
}

Json mean_json(const MeanOfSide& side) {
  const statistics::Sample& sample = side.mean.sample;
  return {{"runs", sample.count},
          {"mean", json_number(sample.mean)},
          {"half_width", json_number(side.mean.half_width())},
          {"absolute_half_width", json_number(side.absolute)},
          {"standard_deviation", sample.count > 1 ? json_number(sample.deviation) : Json(nullptr)},
          {"minimum", json_number(sample.least)},
          {"median", json_number(sample.median)},
          {"maximum", json_number(sample.most)}};
}

std::string_view method_name(Method method) {
  switch (method) {
    case Method::pairs:
      return "pairs";
    case Method::sittings:
      return "sittings";
    case Method::runs:
      return "runs";
    case Method::one_against_several:
      return "one_against_several";
    case Method::history:
      return "history";
    case Method::meter_only:
      return "meter_only";
  }
  return "";
}

Json terms_json(const statistics::Budget& budget) {
  Json terms = Json::array();
  for (const statistics::Term& term : budget.terms())
    terms.push_back({{"name", term.name},
                     {"standard", json_number(term.standard)},
                     {"degrees_of_freedom", json_number(term.degrees)}});  // null: known exactly
  return terms;
}

Json change_json(const Row& row) {
  const statistics::Change& change = row.change->change;
  const Json ranks = row.change->ranks ? json_number(row.change->ranks->two_sided) : Json(nullptr);
  return {{"kind", row.as_difference() ? "difference" : "ratio"},
          {"method", method_name(row.change->method)},
          {"value", json_number(shown(row, change.value))},
          {"interval_95", json_interval(shown(row, statistics::interval(change.value, change.budget)))},
          {"p", row.change->method == Method::meter_only ? Json(nullptr) : json_number(row.p)},
          {"p_holm", row.change->method == Method::meter_only ? Json(nullptr) : json_number(row.holm)},
          {"p_ranks", ranks},
          {"would_show", row.change->method == Method::meter_only ? Json(nullptr) : json_number(shown(row, row.would_show))},
          {"degrees_of_freedom", json_number(change.budget.degrees())},
          {"terms", terms_json(change.budget)}};
}

Json row_json(const Row& row) {
  return {{"metric", facts_of(row.metric).name},
          {"unit", json_text(row.unit)},
          {"better", facts_of(row.metric).better == Better::less ? "less" : "more"},
          {"base", row.base ? mean_json(*row.base) : Json(nullptr)},
          {"new", row.changed ? mean_json(*row.changed) : Json(nullptr)},
          {"change", row.change ? change_json(row) : Json(nullptr)},
          {"not_comparable", row.not_comparable.empty() ? Json(nullptr) : json_text(row.not_comparable)}};
}

Json side_json(const SideSummary& side) {
  Json counted = Json::array();
  for (const SideRun& run : side.runs) counted.push_back(json_text(run.values.id));
  Json left_out = Json::array();
  for (const LeftOut& one : side.left_out) left_out.push_back({{"run", json_text(one.run)}, {"why", json_text(one.why)}});
  return {{"name", json_text(side.name)}, {"runs", std::move(counted)}, {"not_counted", std::move(left_out)}};
}

Json gate_json(const GateResult& gate) {
  const bool asked = gate.verdict != Verdict::not_comparable;
  return {{"gate", gate.gate.text},
          {"metric", facts_of(gate.gate.metric).name},
          {"tolerance", gate.gate.tolerance},
          {"verdict", verdict_word(gate.verdict)},
          {"bounds_95_one_sided", asked ? json_interval(gate.bounds) : Json(nullptr)},
          {"same_within_tolerance", gate.same ? Json(gate.same->same) : Json(nullptr)},
          {"pairs_likely_to_decide", gate.more_pairs ? Json(*gate.more_pairs) : Json(nullptr)},
          {"reason", gate.reason.empty() ? Json(nullptr) : json_text(gate.reason)}};
}

template <class Items, class Write>
Json list_json(const Items& items, Write write) {
  Json list = Json::array();
  for (const auto& item : items) list.push_back(write(item));
  return list;
}

Json comparison_json(const Comparison& comparison) {
  Json carbon;
  if (comparison.carbon)
    carbon = {{"base_grams_per_kwh", comparison.carbon->base_grams_per_kwh},
              {"new_grams_per_kwh", comparison.carbon->new_grams_per_kwh},
              {"grid_ratio", comparison.carbon->new_grams_per_kwh / comparison.carbon->base_grams_per_kwh}};
  return {{"benchmark", json_text(comparison.benchmark)},
          {"base", side_json(comparison.base)},
          {"new", side_json(comparison.changed)},
          {"not_comparable", comparison.not_comparable.empty() ? Json(nullptr) : json_text(comparison.not_comparable)},
          {"rows", list_json(comparison.rows, row_json)},
          {"phases", list_json(comparison.phases,
                               [](const PhaseRows& one) {
                                 return Json{{"path", json_text(one.path)}, {"rows", list_json(one.rows, row_json)}};
                               })},
          {"carbon", carbon},
          {"differs", list_json(comparison.covariates,
                                [](const Covariate& one) {
                                  return Json{
                                      {"name", one.name}, {"base", json_text(one.base)}, {"new", json_text(one.changed)}};
                                })},
          {"findings",
           list_json(comparison.doubts,
                     [](const Doubt& one) { return Json{{"name", json_text(one.name)}, {"text", json_text(one.text)}}; })},
          {"gates", list_json(comparison.gates, gate_json)}};
}

Json suite_json(const Suite& suite) {
  const auto row = [](const SuiteRow& one) {
    const statistics::Interval bounds = statistics::interval(one.change.value, one.change.budget);
    return Json{{"metric", facts_of(one.metric).name},
                {"change", json_number(std::expm1(one.change.value))},
                {"interval_95", json_interval({std::expm1(bounds.low), std::expm1(bounds.high)})},
                {"terms", terms_json(one.change.budget)}};
  };
  const auto text = [](const std::string& one) { return json_text(one); };
  return {{"base", json_text(suite.base)},
          {"new", json_text(suite.changed)},
          {"benchmarks", suite.benchmarks},
          {"geometric_means", list_json(suite.rows, row)},
          {"only_base", list_json(suite.only_base, text)},
          {"only_new", list_json(suite.only_new, text)}};
}

}  // namespace

std::string as_json(const Report& report) {
  const Json all{{"schema_version", kSchema},
                 {"exit_status", exit_status(report)},
                 {"comparisons", list_json(report.comparisons, comparison_json)},
                 {"suites", list_json(report.suites, suite_json)},
                 {"not_read", list_json(report.notes, [](const std::string& one) { return json_text(one); })}};
  return base::json_text(all, 1) + "\n";
}

}  // namespace gpubench::compare
