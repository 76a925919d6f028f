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

// Without its phases: those are compared by the runs' own files.
void fields(auto& field, runs::Of<RunValues> auto& run) {
  field("id", run.id);
  field("benchmark", run.benchmark);
  field("kind", run.kind);
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

namespace gpubench::runs {

void fields(auto& field, Of<ListedPhase> auto& phase) {
  field("name", phase.name);
  field.rare("seconds", phase.seconds);
  field.rare("joules", phase.joules);
}

// The id is that of the entry.
void fields(auto& field, Of<ListedRun> auto& run) {
  field("label", run.label);
  field("benchmark", run.benchmark);
  field("gpu_name", run.gpu_name);
  field.rare("gpu_count", run.gpu_count);
  field("start", run.start);
  field.rare("seconds", run.seconds);
  field.rare("kilowatt_hours", run.kilowatt_hours);
  field.rare("grams", run.grams);
  field.rare("score", run.score);
  field.rare("joules_per_work", run.joules_per_work);
  field.rare("joules", run.joules);
  field.rare("half_width", run.half_width.joules);
  field.rare("absolute_half_width", run.half_width.absolute_joules);
  field("host", run.host);
  field("boards", run.boards);
  field.rare("phases", run.phases);
  field.rare("outcome", run.outcome);
}

}  // namespace gpubench::runs

namespace gpubench::history {

// The beginning of an entry's line.
struct EntryHead {
  std::string folder;
  FileState state;
};

void fields(auto& field, runs::Of<EntryHead> auto& head) {
  field("folder", head.folder);
  field("size", head.state.size);
  field("changed_ns", head.state.changed_ns);
}

}  // namespace gpubench::history
