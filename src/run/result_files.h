// Every file of a finished run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "platform/terminal.h"
#include "record/run_record.h"
#include "report/plot/plot.h"
#include "report/spec.h"
#include "runs/run_directory.h"
#include "series/gpu_series.h"

namespace gpubench::run {

// Draws metrics_plot; a failure becomes a finding of the run. `interrupt_fd`: as of report::write_plot.
void draw_plot(const runs::RunDirectory& directory, record::RunRecord& run, const std::vector<series::GpuSeries>& series,
               report::PlotFormat format, int interrupt_fd = -1);

using report::TimeseriesFormat;

// metrics.yml, metrics.json, formatted_metrics.txt and the time series. All are tried; the first error is returned.
base::Result<void> write_reports(const runs::RunDirectory& directory, const record::RunRecord& run,
                                 const std::vector<series::GpuSeries>& series, TimeseriesFormat format);

// formatted_metrics.txt: the run's tables, and what stands beside its energy.
std::string tables_of(const runs::RunDirectory& directory, const record::RunRecord& run);

// report.html, from the benchmark's log in the same folder too.
base::Result<void> write_page(const runs::RunDirectory& directory, const record::RunRecord& run,
                              const std::vector<series::GpuSeries>& series);

// Tables as wide as the terminal, if it is one; a pipe or file gets them as they are.
std::string for_terminal(const platform::Terminal& terminal, const std::string& tables);

// The result files that are there, one line each, for the end of a run.
std::string list_result_files(const runs::RunDirectory& directory);

// The line that profiles the benchmark on its own, into the folder. A profiler changes time and energy, so it never runs in
// a measured run.
std::string profiling_text(const record::RunRecord& run, const std::filesystem::path& folder);

}  // namespace gpubench::run
