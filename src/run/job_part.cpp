#include "run/job_part.h"

#include "base/version.h"

namespace gpubench::run {

parts::Part begun_part(const parts::Membership& member) {
  parts::Part part;
  part.group = member.group;
  part.launcher = member.launcher;
  part.tool_version = base::kVersion;
  part.node = member.node;
  part.node_number = member.node_number;
  part.nodes = member.nodes;
  part.ranks = member.ranks;
  part.gpus_allocated = member.gpus_allocated;
  part.clock = parts::own_clock();
  return part;
}

parts::RankRun rank_run(const parts::Membership& member, const record::RunRecord& run) {
  parts::RankRun ran{member.rank, run.start_time(), run.end_time(), run.benchmark.exit_code};
  for (const record::GpuRecord& gpu : run.gpus) ran.boards.push_back(gpu.gpu.uuid);
  return ran;
}

}  // namespace gpubench::run
