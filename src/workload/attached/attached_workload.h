// A process that runs already, as workload: it is watched until it ends, and left alone.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "platform/clock.h"
#include "workload/running.h"
#include "workload/workload.h"

namespace gpubench::workload {

// Asked once after the process has ended; empty: it is not known. A process's own goes to its parent, a container's to its
// engine.
using ExitCode = std::function<std::optional<int>()>;

// stop() and kill() end the watching, not the process. The clock must outlive the workload.
std::unique_ptr<Workload> make_attached_workload(Running running, const platform::Clock& clock, ExitCode exit_code = {});

}  // namespace gpubench::workload
