#include "workload/command/engine_helpers.h"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "platform/process.h"

namespace gpubench::workload {

std::vector<pid_t> children_of(pid_t process) {
  std::vector<pid_t> children;
  std::error_code error;
  const std::filesystem::path threads = "/proc/" + std::to_string(process) + "/task";
  for (std::filesystem::directory_iterator thread(threads, error), end; !error && thread != end; thread.increment(error)) {
    std::ifstream file(thread->path() / "children");
    for (pid_t child = 0; file >> child;) children.push_back(child);
  }
  return children;
}

void EngineHelpers::look(pid_t engine) {
  for (const pid_t child : children_of(engine)) {
    const auto is_it = [child](const Helper& helper) { return helper.id == child; };
    if (std::any_of(known_.begin(), known_.end(), is_it)) continue;
    const auto facts = platform::look_at_process(child);
    if (facts && facts->group != engine) known_.push_back({child, platform::identity_of(child)});
  }
}

void EngineHelpers::kill() const {
  for (const Helper& helper : known_)
    if (platform::presence_of(helper.identity) == platform::Presence::running) ::kill(helper.id, SIGKILL);
}

}  // namespace gpubench::workload
