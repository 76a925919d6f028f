// One node's share of a job, or a task's: an ordinary run whose folder says, in part.json, of what it is a part.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "parts/node_clock.h"
#include "runs/run_directory.h"

namespace gpubench::parts {

// One process of the job that ran while the part was measured.
struct RankRun {
  int rank = 0;
  std::optional<base::WallTime> start = {};
  std::optional<base::WallTime> end = {};  // empty: not known
  std::optional<int> exit_code = {};       // likewise; 128 + n: killed by signal n
  std::vector<std::string> boards = {};    // UUIDs of the GPUs that this rank sees
};

struct Part {
  std::string group;     // the job's, the same in all its parts
  std::string launcher;  // "slurm"; "--group" where the user named the group
  std::string tool_version;
  std::string node;
  std::optional<int> node_number = {};     // from 0
  std::optional<int> nodes = {};           // of the job
  std::optional<int> ranks = {};           // of the job
  std::optional<int> gpus_allocated = {};  // to the job on this node
  std::optional<NodeClock> clock = {};
  std::vector<RankRun> ran = {};
  bool ended = false;  // false: under way, or killed
};

// Whole or not at all, and on disk when it returns.
base::Result<void> write_part(const std::filesystem::path& folder, const Part& part);
// An error names the file and what to do.
base::Result<Part> read_part(const std::filesystem::path& folder);
bool is_part(const std::filesystem::path& folder);

// results/GROUP/nodes/NUMBER-NODE, a folder that was not there before. Its run id begins with the group.
base::Result<runs::RunDirectory> make_part_directory(const std::filesystem::path& results_dir, const Part& part);
// A group's name as a folder's: small letters, digits and single hyphens.
std::string id_of(const std::string& group);
// results/GROUP of such a folder.
std::filesystem::path group_folder(const std::filesystem::path& part_folder);

}  // namespace gpubench::parts
