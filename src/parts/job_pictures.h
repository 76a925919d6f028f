// The account of a job as pictures: its page, and the power of its nodes as a plot.
#pragma once

#include <filesystem>

#include "base/result.h"
#include "parts/job.h"
#include "parts/job_power.h"
#include "report/spec.h"

namespace gpubench::parts {

// report.html
base::Result<void> write_job_page(const std::filesystem::path& folder, const Job& job, const JobPower& power);

// metrics_plot; `interrupt_fd` as of report::write_plot.
base::Result<void> draw_job_plot(const std::filesystem::path& folder, const Job& job, const JobPower& power,
                                 report::PlotFormat format, int interrupt_fd = -1);

}  // namespace gpubench::parts
