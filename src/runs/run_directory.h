// The folder of one run. No earlier result is ever touched.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"
#include "base/time.h"

namespace gpubench::runs {

struct RunDirectory {
  std::filesystem::path path;  // results/<run id>
  std::string run_id;          // [a-z0-9-]{1,64}: safe as file name, label and metric label
  bool is_first = false;       // results/ was made for it

  [[nodiscard]] std::filesystem::path file(const char* name) const { return path / name; }
};

// "20261122t120000-123456789z-synthetic-regression": time first, to the nanosecond, so that names sort and are of one run
// only; at most 60 characters.
std::string make_run_id(base::WallTime start, const std::string& benchmark);

// Makes results_dir (with parents) and in it a folder that was not there before ("-2", "-3" ... if the name is taken).
base::Result<RunDirectory> make_run_directory(const std::filesystem::path& results_dir, const std::string& run_id);

// Points results_dir/latest at the run, by rename: it is never missing. A file or folder of that name is left alone.
base::Result<void> link_latest(const std::filesystem::path& results_dir, const RunDirectory& run);

// Removes a run folder in which nothing was measured, a link to it, and the results folder that was made for it.
void discard(const RunDirectory& run);

}  // namespace gpubench::runs
