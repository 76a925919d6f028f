// `iris-gpubench export RUN`: the rest of a finished run for the database.
#pragma once

#include <string>

#include "app/environment.h"
#include "app/export_options.h"
#include "base/result.h"
#include "base/time.h"
#include "record/run_record.h"
#include "runs/run_directory.h"

namespace gpubench::app {

struct SavedRunExport {
  ExportOptions options;
  bool verify = false;                                 // everything is read back anew
  base::Duration patience = std::chrono::seconds(30);  // without progress
};

base::Result<record::ExportRecord> export_saved_run(const runs::RunDirectory& directory, const SavedRunExport& wanted,
                                                    const Environment& environment);

// Everything is in the database, if the database can be read.
bool is_complete(const record::ExportRecord& outcome);
// The counts, a line each, and the reason.
std::string export_text(const record::ExportRecord& outcome);

}  // namespace gpubench::app
