// What others than the GPUs' own sensors say of energy: Slurm's accounting and counters of the whole node. It is shown
// beside the GPUs' energy and never added to it, because a node's energy holds that of its GPUs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/quantity.h"
#include "base/result.h"
#include "base/time.h"

namespace gpubench::beside {

// Which step of which job a run was in.
struct SlurmStep {
  std::string cluster;  // empty: not known
  std::string job;
  std::string step;  // empty: the run was in no step of its own, as in a batch script: the job itself

  [[nodiscard]] std::string id() const { return step.empty() ? job : job + "." + step; }  // "17.0"
  friend bool operator==(const SlurmStep&, const SlurmStep&) = default;
};

// What the accounting says of the energy. No energy, no meter and 0 J are different things.
enum class Accounted : std::uint8_t {
  not_read,     // it was not asked, or did not answer
  unfinished,   // the step has not ended: its energy comes after its end
  missing,      // the step, or its energy, is not in the accounting
  unsupported,  // accounting is off, or nothing measures the nodes
  zero,         // 0 J, and it is unclear whether anything measures the nodes
  measured,
};

inline constexpr const char* kNotAsked = "not asked yet; iris-gpubench report asks";

struct SlurmEnergy {
  SlurmStep of;
  Accounted state = Accounted::not_read;
  std::string why = kNotAsked;  // there is no energy; empty: there is
  std::optional<base::Energy> energy = {};
  std::optional<base::WallTime> start = {};  // of the step
  std::optional<base::WallTime> end = {};
  std::optional<int> nodes = {};  // whole ones, whoever else used them
  std::string plugin = {};        // "acct_gather_energy/ipmi"; empty: not known
};

// One counter of a node, read at the start and at the end of the benchmark.
struct NodeCounter {
  std::string node;
  std::string name;  // "cpu_energy"
  std::string file;
  base::WallTime start;
  std::optional<base::WallTime> end = {};
  std::optional<base::Energy> energy = {};
  std::string why = {};  // there is no energy
};

struct Beside {
  std::optional<SlurmEnergy> slurm = {};
  std::vector<NodeCounter> node_counters = {};

  [[nodiscard]] bool empty() const { return !slurm && node_counters.empty(); }
};

const char* state_name(Accounted state);

// The key `beside` of metrics.json.
nlohmann::ordered_json document(const Beside& beside);

// beside.json of a run's or a job's folder, from which its outputs have it. Nothing to be kept: no file.
base::Result<void> save(const std::filesystem::path& folder, const Beside& beside);
// Empty: there is none, or it is damaged.
Beside read_saved(const std::filesystem::path& folder);

}  // namespace gpubench::beside
