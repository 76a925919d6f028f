// The export of a run to a metrics database while it lasts.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "base/result.h"
#include "exporting/exporter.h"
#include "exporting/open.h"
#include "exporting/spec.h"
#include "platform/clock.h"
#include "platform/http_client.h"
#include "record/run_record.h"

namespace gpubench::run {

class RunExport {
 public:
  // Starts sending what is in the journal in `folder`. `clock` must outlive it.
  static base::Result<std::unique_ptr<RunExport>> start(const std::filesystem::path& folder,
                                                        const exporting::ExportSpec& spec, const std::string& ca_file,
                                                        const platform::Clock& clock);

  // Sends what is left, for at most `drain` or until `give_up` says so; what the database does not have becomes a finding.
  void finish(record::RunRecord& run, base::Duration drain, const std::function<bool()>& give_up);

 private:
  explicit RunExport(std::unique_ptr<platform::HttpClient> http) : http_(std::move(http)) {}

  std::unique_ptr<platform::HttpClient> http_;
  std::unique_ptr<exporting::Exporter> exporter_;  // uses it
};

// What a set says of its variants, or the record of a job of the whole; their runs are sent each by itself.
struct FiguresExport {
  exporting::ExportSpec to;
  base::Duration patience{};  // without progress
  bool verify = false;        // what was read back before is read back again
};
// `figures`: of exporting/figures. Returns when all was read back, `enough` says so, or there was no progress.
base::Result<record::ExportRecord> export_figures(const std::filesystem::path& folder, const exporting::MakeSource& figures,
                                                  const FiguresExport& wanted, const std::string& ca_file,
                                                  const platform::Clock& clock, const std::function<bool()>& enough);

}  // namespace gpubench::run
