// The phases of a run as rows of text for the tables of every output, and as keys and values of metrics.yml and
// metrics.json.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "phases/account.h"
#include "record/run_record.h"

namespace gpubench::report {

inline constexpr const char* kUnmarked = "(unmarked)";  // the rest of the run

// "marks", "nvtx", "log"
const char* origin_name(phases::Origin origin);

// "epoch/step": the names from the outermost phase.
std::string phase_path(const phases::PhaseAccount& account, std::size_t phase);

std::vector<std::string> phase_headings(const record::RunRecord& run);
// One for each, those within others after them and indented, and the rest of the run; at most `most`.
std::vector<std::vector<std::string>> phase_rows(const record::RunRecord& run, std::size_t most);

// What readers of the rows should know: how they were found, and what is left out of them; one sentence each.
std::vector<std::string> phase_remarks(const record::RunRecord& run, std::size_t most_rows);

// The list "phases": those of the main lane, each after the one that it is in, and the rest of the run.
nlohmann::ordered_json phases_document(const record::RunRecord& run);

// "activity" of a phase, or of a GPU over the run; `gpus`: those that it is the mean of.
nlohmann::ordered_json activity_document(const std::vector<phases::ActivityMean>& means,
                                         const std::vector<record::GpuRecord>& gpus);

// What is known of them together: "phases_by".
nlohmann::ordered_json phases_by_document(const phases::PhaseAccount& account);

}  // namespace gpubench::report
