#include <iostream>

#include "cli/complain.h"
#include "cli/exit_codes.h"
#include "commands/table.h"
#include "platform/clock.h"
#include "platform/process.h"
#include "workload/open.h"

namespace gpubench::commands {
namespace {

struct Clean {
  bool all = false;
};

cli::OptionTable describe_clean(Clean& spec) {
  return {{{"Options", {{"--all", "", "Also remove containers whose run may still be alive", cli::switch_on(spec.all)}}}}};
}

// Never removes a container whose run is alive.
int clean(const Clean& spec, const Context& context) {
  const auto containers = workload::list_own_containers(context.environment.engine);
  if (!containers) return cli::complain(containers.error(), cli::kCannotRun);
  const platform::SystemClock clock;
  int exit_code = 0;
  for (const workload::OwnContainer& container : *containers) {
    const std::string words = cli::printable(container.name + " (" + container.image + ", " + container.status + ")");
    const platform::Presence owner = platform::presence_of(container.owner, !container.may_be_elsewhere);
    if (owner == platform::Presence::running) {
      std::cout << "kept: " << words << ": its run is alive\n";
    } else if (owner == platform::Presence::unknown && !spec.all) {
      std::cout << "kept: " << words
                << ": its run may still be alive, hidden from this user or on another machine (docker rm --force "
                << cli::printable(container.name) << " removes it; clean --all removes all such)\n";
    } else if (const auto removed = workload::remove_own_container(context.environment.engine, container, clock); !removed) {
      exit_code = cli::complain(removed.error(), cli::kCannotRun);
    } else {
      std::cout << "removed: " << words << "\n";
    }
  }
  if (containers->empty()) std::cout << "nothing to clean\n";
  return exit_code;
}

}  // namespace

Command clean_command() {
  return make_command("clean", "Remove containers that were left by killed runs", describe_clean, clean);
}

}  // namespace gpubench::commands
