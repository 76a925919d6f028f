#include "base/json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "base/time.h"
#include "history/formats/formats.h"

namespace gpubench::history {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kHistorySchema = 1;

Json finite(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json points_json(const Series& series) {
  Json points = Json::array();
  for (const Point& point : series.points) {
    Json marks = Json::array();
    for (const std::string& mark : point.marks) marks.push_back(base::valid_utf8(mark));
    points.push_back({{"sitting", base::valid_utf8(point.sitting)},
                      {"start_time", base::utc_text_milliseconds(base::WallTime(base::from_seconds(point.start_seconds)))},
                      {"runs", point.runs},
                      {"value", finite(point.value)},
                      {"marks", std::move(marks)}});
  }
  return points;
}

Json steps_json(const Series& series) {
  Json steps = Json::array();
  for (const statistics::Step& step : series.steps)
    steps.push_back({{"sitting", base::valid_utf8(series.points[step.first].sitting)},
                     {"change", finite(std::expm1(step.change))},
                     {"p", finite(step.p)}});
  return steps;
}

Json newest_json(const Series& series) {
  if (!series.newest) return nullptr;
  return {{"change", finite(std::expm1(series.newest->change.value))},
          {"interval_95", {finite(series.newest->interval.low), finite(series.newest->interval.high)}},
          {"sittings_before", series.newest->before}};
}

Json gate_json(const compare::GateResult& gate) {
  return {{"gate", gate.gate.text},
          {"verdict", compare::verdict_word(gate.verdict)},
          {"reason", gate.reason.empty() ? Json(nullptr) : Json(gate.reason)}};
}

}  // namespace

std::string as_json(const Report& report) {
  Json all = Json::array();
  for (std::size_t i = 0; i < report.series.size(); ++i) {
    const Series& series = report.series[i];
    all.push_back({{"key", base::valid_utf8(series.key)},
                   {"boards", base::valid_utf8(series.boards)},
                   {"metric", compare::facts_of(series.metric).name},
                   {"unit", base::valid_utf8(series.unit)},
                   {"points", points_json(series)},
                   {"steps", steps_json(series)},
                   {"newest", newest_json(series)},
                   {"gate", i < report.gates.size() ? gate_json(report.gates[i]) : Json(nullptr)}});
  }
  Json notes = Json::array();
  for (const std::string& note : report.notes) notes.push_back(base::valid_utf8(note));
  const Json document{{"schema_version", kHistorySchema}, {"series", std::move(all)}, {"not_read", std::move(notes)}};
  return base::json_text(document, 1) + "\n";
}

}  // namespace gpubench::history
