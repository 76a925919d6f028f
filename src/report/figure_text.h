// Figures of a run as texts, the same in every table.
#pragma once

#include <cstddef>
#include <string>

#include "base/quantity.h"
#include "carbon/emissions.h"
#include "energy/energy_estimate.h"
#include "energy/uncertainty.h"
#include "record/run_record.h"

namespace gpubench::report {

inline constexpr const char* kNotAvailable = "not available";  // could be known, but is not for this run
inline constexpr const char* kNotBusy = "not busy";
inline constexpr const char* kBusyNotKnown = "not known";      // whether it was busy
inline constexpr const char* kNotSupported = "not supported";  // this GPU does not report it

// Whether the GPU reports the value, though perhaps not of the time of the run.
bool reports(const record::ReadingStatistics& statistics, meter::ValueKind kind);
// Why there is no figure of it.
const char* absence_text(const record::ReadingStatistics& statistics, meter::ValueKind kind);

// A share in percent; one below the whole is never rounded up to it.
std::string coverage_text(base::Ratio coverage);

// "± 0.10 % on this board, ± 5.8 % absolute", both for k = 2; with more boards than one "on these boards".
std::string interval_text(const energy::Uncertainty& uncertainty, base::Energy energy, std::size_t boards);

// "this board", or "these boards".
const char* boards_text(std::size_t boards);

// The methods of the total, each once; `unknown` stands for a GPU without an energy.
std::string methods_text(const record::RunRecord& run, const std::string& unknown);

// "271 of 271 values accepted, 271 read back"
std::string export_text(const record::ExportRecord& exported);

// Where the intensities came from, each source once.
std::string sources_text(const carbon::EmissionsAccount& emissions);

// Each of these has the digits that the half-width gives meaning to; without one, six.
// "20,811"
std::string joules_text(base::Energy energy, base::Energy half_width);
// By its interval on this board; nothing known: "not available".
std::string joules_text(const energy::EnergyEstimate* estimate);
// "79.3 ± 2.8"
std::string with_half_width(base::Energy energy, base::Energy half_width);
// "0.0057809 kWh"
std::string kilowatt_hours_text(base::Energy energy, base::Energy half_width);
// "20.811 kJ": in J, kJ or MJ.
std::string energy_text(base::Energy energy, base::Energy half_width);

// A figure that follows from an energy, such as its power or its emissions: as uncertain as that is.
std::string following_text(double value, base::Energy energy, base::Energy half_width);

// Half-width, k = 2, in percent of the energy: "0.10".
std::string half_width_text(base::Energy half_width, base::Energy energy);

}  // namespace gpubench::report
