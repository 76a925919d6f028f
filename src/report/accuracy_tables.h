// How far the figures can be trusted, GPU by GPU.
#pragma once

#include <string>

#include "energy/uncertainty.h"
#include "record/run_record.h"

namespace gpubench::report {

// "± 0.10 % (comparison on this board), ± 5.8 % (absolute, k=2)"; with more boards than one "(comparison on these boards)".
std::string interval_text(const energy::Uncertainty& uncertainty, base::Energy energy, std::size_t boards);

// Half-width, k = 2, in percent of the energy: "0.10".
std::string half_width_text(base::Energy half_width, base::Energy energy);

// Counter's state, samples lost, gaps, jitter, restarts; one row per GPU, and a line about the run.
std::string quality_table(const record::RunRecord& run);

// Idle power before and after, energy above idle; one row per GPU. Empty if no GPU's idle power is known.
std::string idle_table(const record::RunRecord& run);

// Time, energy and power while utilised, and the peaks; one row per GPU. Empty if no GPU tells its utilisation.
std::string utilized_table(const record::RunRecord& run);

}  // namespace gpubench::report
