// `iris-gpubench export RUN`: the rest of a finished run for the database.
#pragma once

#include <string>

#include "base/result.h"
#include "base/time.h"
#include "cli/environment.h"
#include "exporting/spec.h"
#include "record/run_record.h"
#include "runs/run_directory.h"

namespace gpubench::commands {

struct SavedRunExport {
  exporting::ExportSpec to;
  bool verify = false;                                 // everything is read back again
  base::Duration patience = std::chrono::seconds(30);  // without progress
};

struct SavedRunExported {
  record::ExportRecord outcome;
  std::string damage;  // of the journal; empty: it is whole
};

base::Result<SavedRunExported> export_saved_run(const runs::RunDirectory& directory, const SavedRunExport& wanted,
                                                const cli::Environment& environment);

// Everything that was recorded is in the database, as far as it can be read.
bool is_complete(const SavedRunExported& exported);
// The counts, a line each, and why some are short.
std::string export_text(const SavedRunExported& exported);

}  // namespace gpubench::commands
