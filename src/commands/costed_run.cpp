#include "commands/costed_run.h"

#include <utility>

#include "exporting/state.h"
#include "runs/cost_unfinished.h"

namespace gpubench::commands {

base::Result<runs::SavedRun> load_costed_run(const runs::RunDirectory& directory, const cli::Environment& environment) {
  auto saved = runs::load_past_run(directory);
  if (!saved) return saved;
  runs::cost_unfinished(*saved, environment.carbon);
  if (auto outcome = exporting::last_export(directory.path)) saved->run.exported = *std::move(outcome);
  return saved;
}

}  // namespace gpubench::commands
