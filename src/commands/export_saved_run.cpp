#include "commands/export_saved_run.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/try.h"
#include "exporting/exporter.h"
#include "exporting/journal/results.h"
#include "exporting/open.h"
#include "platform/clock.h"
#include "platform/http_client.h"
#include "run/journal_samples.h"
#include "runs/cost_unfinished.h"
#include "runs/saved_run.h"
#include "series/journal/read_journal.h"

namespace gpubench::commands {
namespace {

// So reading back is not given up before it can begin.
constexpr base::Duration kBeyondSettling = std::chrono::seconds(5);

// The results of a run that was killed, up to the end of its journal.
void add_results(exporting::Session& session, const runs::RunDirectory& directory, const cli::Environment& environment) {
  auto saved = runs::load_run(directory.path);
  if (!saved) return;
  runs::cost_unfinished(*saved, environment.carbon);
  session.add_after(exporting::results_note(saved->run));
}

}  // namespace

base::Result<SavedRunExported> export_saved_run(const runs::RunDirectory& directory, const SavedRunExport& wanted,
                                                const cli::Environment& environment) {
  GPUBENCH_TRY(runs::check_over(directory));
  if (!series::has_journal(directory.path)) return base::failure("there is no journal in " + directory.path.string());
  const auto journal = series::check_journal(directory.path);
  if (!journal) return base::failure(journal.error());
  const platform::SystemClock clock;
  const auto http = platform::make_http_client(environment.ca_file);
  auto session =
      exporting::open_session(directory.path, exporting::plan_of(wanted.to), run::make_journal_samples, *http, clock);
  if (!session) return base::failure(session.error());
  if (wanted.verify) (*session)->verify_from_start();
  const base::Duration patience = std::max(wanted.patience, wanted.to.settle + kBeyondSettling);
  const auto killed = [&] { return (*session)->all_sent() && !(*session)->has_results(); };
  exporting::export_until_done(**session, clock, patience, killed);
  if (killed()) {
    add_results(**session, directory, environment);
    exporting::export_until_done(**session, clock, patience, [] { return false; });
  }
  if (!(*session)->knows_run())
    return base::failure("nothing of the run " + directory.run_id +
                         " can be exported: the beginning of its journal is lost");
  return SavedRunExported{(*session)->conclude(), series::damage_of_closed(*journal)};
}

bool is_complete(const SavedRunExported& exported) {
  const record::ExportRecord& outcome = exported.outcome;
  return outcome.accepted == outcome.recorded && outcome.verified == outcome.accepted && exported.damage.empty();
}

std::string export_text(const SavedRunExported& exported) {
  const record::ExportRecord& outcome = exported.outcome;
  std::string text = fmt::format(
      "Export to {}\n  recorded    {:>12}\n  accepted    {:>12}\n  verified    {:>12}\n  pending     {:>12}\n"
      "  quarantined {:>12}\n",
      outcome.destination, outcome.recorded, outcome.accepted, outcome.verified, outcome.pending, outcome.quarantined);
  if (!outcome.reason.empty()) text += "  " + outcome.reason + "\n";
  if (!exported.damage.empty()) text += "  " + exported.damage + ": their values are not counted and were not sent\n";
  return text;
}

}  // namespace gpubench::commands
