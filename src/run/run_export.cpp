#include "run/run_export.h"

#include <utility>

#include "run/journal_samples.h"

namespace gpubench::run {

base::Result<std::unique_ptr<RunExport>> RunExport::start(const std::filesystem::path& folder,
                                                          const exporting::ExportSpec& spec, const std::string& ca_file,
                                                          const platform::Clock& clock) {
  std::unique_ptr<RunExport> started(new RunExport(platform::make_http_client(ca_file)));
  auto session = exporting::open_session(folder, exporting::plan_of(spec), make_journal_samples, *started->http_, clock);
  if (!session) return base::failure(session.error());
  started->exporter_ = std::make_unique<exporting::Exporter>(*std::move(session), clock);
  return started;
}

void RunExport::finish(record::RunRecord& run, base::Duration drain, const std::function<bool()>& give_up) {
  run.exported = exporter_->finish(drain, give_up);
  if (run.exported.accepted < run.exported.recorded)
    run.findings.emplace_back(record::ExportIncomplete{run.exported.recorded, run.exported.accepted, run.exported.reason});
}

base::Result<record::ExportRecord> export_figures(const std::filesystem::path& folder, const exporting::MakeSource& figures,
                                                  const FiguresExport& wanted, const std::string& ca_file,
                                                  const platform::Clock& clock, const std::function<bool()>& enough) {
  const auto http = platform::make_http_client(ca_file);
  auto session = exporting::open_session(folder, exporting::plan_of(wanted.to), figures, *http, clock);
  if (!session) return base::failure(session.error());
  if (wanted.verify) (*session)->verify_from_start();
  exporting::export_until_done(**session, clock, wanted.patience, enough);
  return (*session)->conclude();
}

}  // namespace gpubench::run
