// A set: several runs of one benchmark, or of a few variants of it, that are read as one. Kept as set.json
// (docs/formats.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/quantity.h"
#include "base/result.h"
#include "base/time.h"

namespace gpubench::sets {

constexpr std::uint64_t kSetSchemaVersion = 1;

enum class Role : std::uint8_t { warmup, counted, excluded };

// Reasons of exclusion after which the run is made again when the set is resumed.
constexpr std::string_view kInterrupted = "interrupted";              // a finding of the run
constexpr std::string_view kNotFinished = "not_finished";             // the tool was killed during the run
constexpr std::string_view kBlockNotFinished = "block_not_finished";  // its block is begun again in a later sitting

// "{NAME}" in the command, its arguments and its environment is replaced by the value.
struct Parameter {
  std::string name;
  std::string value;
  friend bool operator==(const Parameter&, const Parameter&) = default;
};

// One of the things that are compared within a set. A set without --against and --parameter has one.
struct Variant {
  std::string name;       // "base", "against", or "batch=32 lr=0.1" of a sweep
  std::string benchmark;  // the image or the command's base name
  std::string command;    // the command line, as a run records it; may be empty
  std::vector<Parameter> parameters = {};
  friend bool operator==(const Variant&, const Variant&) = default;
};

// A run of the set. Its folder is beside the set's.
struct Member {
  std::string run;  // its id, which is the name of its folder
  Role role = Role::counted;
  std::vector<std::string> reasons = {};  // of an excluded run: findings by name, "not_finished" or "block_not_finished"
  std::string variant;                    // name of one of the set's
  std::size_t block = 0;                  // from 1: each block (a pair, of two variants) has every variant once; 0: warm-up
  std::size_t sitting = 1;                // from 1: a resumed set has several
  friend bool operator==(const Member&, const Member&) = default;
};

// What the command line says of the set.
struct SetOptions {
  std::size_t runs = 1;  // of each variant, without warm-up
  std::size_t warmup = 0;
  base::Duration pause{};                     // before each run but the first
  std::string until = {};                     // "energy 1%" or "decided"; empty: `runs` are made
  std::size_t max_runs = 30;                  // of each variant, with `until`
  std::optional<base::Temperature> start_at;  // of each GPU, before each run
  bool keep_going = false;                    // after a run that failed
  friend bool operator==(const SetOptions&, const SetOptions&) = default;
};

// A doubt about the set as a whole.
struct SetFinding {
  std::string name;
  std::string text;
  friend bool operator==(const SetFinding&, const SetFinding&) = default;
};

// One invocation of the tool, in which runs of the set were made one soon after another.
struct Sitting {
  std::string started;  // UTC, "2026-11-29T12:00:00.123Z"
  std::string host;
  std::string tool_version;
  friend bool operator==(const Sitting&, const Sitting&) = default;
};

struct RunSet {
  std::string id;         // name of its folder
  std::string label;      // the user's name for it; may be empty
  std::string benchmark;  // that of the first variant
  std::uint64_t seed = 0;
  std::string invocation;      // the command line, quoted for a shell, without secrets
  std::string working_folder;  // in which it was typed
  SetOptions options;
  std::vector<Variant> variants;
  std::vector<Sitting> sittings;
  std::vector<Member> members;  // in the order in which they were begun
  std::vector<SetFinding> findings = {};
  bool complete = false;  // all runs were made
  friend bool operator==(const RunSet&, const RunSet&) = default;
};

std::string_view role_name(Role role);

// set.json, and what it says. An error: it is of another schema version, or not what docs/formats.md describes.
std::string set_json(const RunSet& set);
base::Result<RunSet> parse_set(std::string_view json);

}  // namespace gpubench::sets
