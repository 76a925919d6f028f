// Several runs of a benchmark, or of variants of it, as one set.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/option_table.h"
#include "cli/parse.h"
#include "cli/run_spec.h"
#include "sets/run_set.h"

namespace gpubench::cli {

// "--parameter NAME=V1,V2"
struct Sweep {
  std::string name;
  std::vector<std::string> values;
};

// What the command line says of it.
struct SetLine {
  sets::SetOptions options;
  std::optional<std::size_t> warmup;
  std::optional<std::size_t> max_runs;
  std::optional<std::uint64_t> seed;
  std::optional<std::string> against;  // a shell command line
  std::optional<std::string> against_image;
  std::vector<Sweep> sweeps;
  std::string resume;  // a set to go on with

  // Else it is one run.
  [[nodiscard]] bool asks_for_a_set() const;
};

std::vector<Option> set_options(SetLine& line);
// What goes together. Settles how many runs are warm-up.
base::Result<void> check_set(SetLine& line, const RunSpec& spec);
// Of one run: that no option was typed that it would ignore. The user's own defaults may be for sets.
base::Result<void> check_one_run(const SetLine& line, const Parsed& typed);

// A run that is a part of a job on several nodes, or of several processes.
std::vector<Option> group_options(PartOf& part_of);
base::Result<void> check_group(const PartOf& part_of);

Option label_option(std::string& label);

// A variant of a set, and what runs it.
struct VariantSpec {
  sets::Variant variant;
  RunSpec spec;
};

// All of them, of a spec that is whole but for the environment. An error: what is asked for does not go together.
base::Result<std::vector<VariantSpec>> variants_of(const SetLine& line, const RunSpec& spec);

}  // namespace gpubench::cli
