// The commands, in the order of --help. A new one is a file and a line in both lists.
#pragma once

#include <vector>

#include "commands/command.h"

namespace gpubench::commands {

Command run_command();
Command list_command();
Command show_command();
Command report_command();
Command recover_command();
Command attach_command();
Command clean_command();
Command export_command();
Command check_image_command();
Command recarbon_command();
Command plan_command();
Command compare_command();
Command baseline_command();
Command history_command();
Command config_command();
Command doctor_command();
Command site_command();
Command merge_command();
Command agent_command();

inline std::vector<Command> all_commands() {
  return {run_command(),     attach_command(),  list_command(),     show_command(),        report_command(),
          recover_command(), clean_command(),   export_command(),   check_image_command(), recarbon_command(),
          plan_command(),    compare_command(), baseline_command(), history_command(),     config_command(),
          doctor_command(),  site_command(),    merge_command(),    agent_command()};
}

}  // namespace gpubench::commands
