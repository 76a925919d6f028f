// What the user chose of a run and its record keeps.
#pragma once

#include <chrono>
#include <string>

#include "base/time.h"
#include "carbon/carbon_options.h"

namespace gpubench::record {

struct RunSettings {
  std::string invocation;    // this tool's command line, quoted for a shell, without secrets; empty: not known
  std::string label;         // the user's name for the run; may be empty
  std::string name;          // what the user calls the benchmark; empty: by its image or program
  std::string phases_asked;  // the options that ask for phases: "--nvtx"; empty: none
  base::Duration interval = std::chrono::seconds(5);
  std::string carbon_region = "South England";  // as the option has it
  carbon::CarbonOptions carbon;
};

}  // namespace gpubench::record
