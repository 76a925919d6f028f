#include "app/clean.h"

#include <iostream>

#include "app/run.h"
#include "platform/clock.h"
#include "platform/process.h"
#include "workload/docker/own_containers.h"

namespace gpubench::app {
namespace {

int complain(const base::Error& error) {
  std::cerr << "iris-gpubench: " << error.message << "\n";
  if (!error.remedy.empty()) std::cerr << "  " << error.remedy << "\n";
  return kCannotRun;
}

}  // namespace

int clean_containers(const Environment& environment, bool all) {
  const auto engine = workload::locate_engine(environment.engine);
  if (!engine) return complain(engine.error());
  const auto containers = workload::list_own_containers(*engine);
  if (!containers) return complain(containers.error());
  const platform::SystemClock clock;
  int exit_code = 0;
  for (const workload::OwnContainer& container : *containers) {
    const std::string words = container.name + " (" + container.image + ", " + container.status + ")";
    const platform::Presence owner = platform::presence_of(container.owner, !container.is_remote);
    if (owner == platform::Presence::running) {
      std::cout << "kept: " << words << ": its run is alive\n";
    } else if (owner == platform::Presence::unknown && !all) {
      std::cout << "kept: " << words
                << ": its run may still be alive, hidden from this user or on another machine (clean --all removes it)\n";
    } else if (const auto removed = workload::remove_own_container(*engine, container, clock); !removed) {
      exit_code = complain(removed.error());
    } else {
      std::cout << "removed: " << words << "\n";
    }
  }
  if (containers->empty()) std::cout << "nothing to clean\n";
  return exit_code;
}

}  // namespace gpubench::app
