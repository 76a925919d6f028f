// What a line of the index holds, record by record (runs/json_fields.h).
#pragma once

#include <string>

#include "history/index_entry.h"
#include "runs/json_fields.h"

namespace gpubench::compare {

void fields(auto& field, runs::Of<Figure> auto& figure) {
  field("value", figure.value);
  field("meter", figure.meter);
  field("common", figure.common);
  field("decimals", figure.decimals);
}

void fields(auto& field, runs::Of<Board> auto& board) {
  field("uuid", board.uuid);
  field("name", board.name);
  field.rare("joules", board.joules);
  field.rare("power_limit", board.power_limit_watts);
  field.rare("start_celsius", board.start_celsius);
  field.rare("mean_celsius", board.mean_celsius);
  field.rare("sm_clock_mhz", board.sm_clock_mhz);
}

void fields(auto& field, runs::Of<RunValues> auto& run) {
  field("id", run.id);
  field("benchmark", run.benchmark);
  field("command", run.command);
  field("image", run.image);
  field("host", run.host);
  field("driver", run.driver);
  field("tool_version", run.tool_version);
  field("start", run.start_seconds);
  field.rare("replayed", run.replayed);
  field.rare("heat", run.slowed_by_heat);
  field.rare("findings", run.findings);
  field.rare("boards", run.boards);
  for (const MetricFacts& facts : kMetrics) field.rare(std::string(facts.name), run.figures[index_of(facts.metric)]);
  field.rare("grams_per_kwh", run.grams_per_kwh);
  field("work_unit", run.work_unit);
  field("unusable", run.unusable);
}

}  // namespace gpubench::compare

namespace gpubench::history {

void fields(auto& field, runs::Of<IndexEntry> auto& entry) {
  field("folder", entry.folder);
  field("size", entry.state.size);
  field("changed_ns", entry.state.changed_ns);
  field("values", entry.values);
}

}  // namespace gpubench::history
