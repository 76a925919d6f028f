// A run on each of several hosts, side by side: a thread for each.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "hosts/console.h"
#include "hosts/host_run.h"
#include "platform/signals.h"

namespace gpubench::hosts {

// Returns when all have ended. Signals go to each of them.
std::vector<HostEnd> run_on_hosts(const std::vector<HostOrder>& orders, const std::filesystem::path& results_dir,
                                  platform::SignalQueue& signals, Console& console);
// The same of one that was started before.
HostEnd attach_to_host(const remote::Host& host, const std::string& run, const std::filesystem::path& results_dir,
                       platform::SignalQueue& signals, Console& console);

}  // namespace gpubench::hosts
