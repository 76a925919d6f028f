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
  // Of a job around which one program was started. It is the head's: the benchmark, and no GPUs. Or an agent's: a node's
  // GPUs, and a benchmark that others started.
  bool head = false;
  bool agent = false;
  std::optional<ClockOffset> clock_offset = {};  // of an agent's node
  std::vector<RankRun> ran = {};
  bool ended = false;  // false: under way, or killed

  // By how much its times are ahead of the head's clock, as far as that is known.
  [[nodiscard]] base::Duration ahead() const { return clock_offset ? clock_offset->offset : base::Duration(); }
};

// Whole or not at all, and on disk when it returns.
base::Result<void> write_part(const std::filesystem::path& folder, const Part& part);
// An error names the file and what to do.
base::Result<Part> read_part(const std::filesystem::path& folder);
bool is_part(const std::filesystem::path& folder);

inline constexpr const char* kHeadFolder = "head";
// results/GROUP/nodes/NUMBER-NODE (of the head: results/GROUP/nodes/head), a folder that was not there before. Its run id
// begins with the group.
base::Result<runs::RunDirectory> make_part_directory(const std::filesystem::path& results_dir, const Part& part);
// A group's name as a folder's: at most 64 small letters, digits and single hyphens.
std::string id_of(const std::string& group);
// results/GROUP of such a folder.
std::filesystem::path group_folder(const std::filesystem::path& part_folder);

}  // namespace gpubench::parts
