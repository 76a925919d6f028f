#include "parts/job_beside.h"

#include <optional>
#include <set>

namespace gpubench::parts {
namespace {

// The ranks that mpirun starts are in different steps of a job. Parts of different jobs, or outside of one, have none.
std::optional<beside::SlurmStep> common_step(const std::vector<PartFigures>& parts) {
  std::optional<beside::SlurmStep> common;
  for (const PartFigures& part : parts) {
    if (part.part.head) continue;  // the agents' step is as long as the benchmark, and on all nodes
    if (!part.beside.slurm) return std::nullopt;
    const beside::SlurmStep& step = part.beside.slurm->of;
    if (!common) common = step;
    if (step.job != common->job || step.cluster != common->cluster) return std::nullopt;
    if (step.step != common->step) common->step.clear();
  }
  return common;
}

}  // namespace

beside::Beside beside_of(const std::vector<PartFigures>& parts) {
  beside::Beside all;
  if (const auto step = common_step(parts)) all.slurm = beside::SlurmEnergy{*step};
  std::set<std::string> nodes;  // the parts of a node have the same counters, and each file counts for all of it
  for (const PartFigures& part : parts)
    if (!part.beside.node_counters.empty() && nodes.insert(part.part.node).second)
      all.node_counters.insert(all.node_counters.end(), part.beside.node_counters.begin(), part.beside.node_counters.end());
  return all;
}

base::Result<void> ask_slurm(const std::filesystem::path& folder, Job& job, beside::SlurmPrograms& slurm) {
  auto& energy = job.beside.slurm;
  if (!energy) return {};
  const beside::Beside before = beside::read_saved(folder);
  if (before.slurm && before.slurm->of == energy->of) energy = before.slurm;
  energy = beside::ask_again(*energy, {job.start, job.end}, slurm);
  return beside::save(folder, job.beside);
}

}  // namespace gpubench::parts
