// What was seen of the GPUs' users and errors, as a note of the run's journal.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "record/gpu_events.h"

namespace gpubench::app {

std::string events_note(const std::vector<record::GpuEvents>& events);
// The exceptions of the JSON library leave it.
std::vector<record::GpuEvents> events_from(const nlohmann::ordered_json& note);

}  // namespace gpubench::app
