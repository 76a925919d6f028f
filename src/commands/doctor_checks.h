// What a machine offers to a run, and what it lacks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/environment.h"
#include "meter/spec.h"

namespace gpubench::commands {

enum class Health : std::uint8_t {
  good,
  doubtful,  // runs work, and something of them is missing or less certain
  bad,       // runs do not work
  skipped,   // nothing to check
};

struct Check {
  std::string name;  // "driver": stable, for programs
  Health health = Health::good;
  std::string text;
  std::string remedy = {};  // where it is not good
};

struct DoctorQuestion {
  meter::MeterSpec meter;
  std::string results_dir;
  bool asks_network = true;
};

// Each takes at most a few seconds; nothing is changed on the machine.
std::vector<Check> check_machine(const DoctorQuestion& question, const cli::Environment& environment);

}  // namespace gpubench::commands
