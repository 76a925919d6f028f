#include "workload/benchmark_name.h"

#include <filesystem>

#include "base/text.h"

namespace gpubench::workload {

std::string benchmark_name(const WorkloadSpec& spec) {
  std::string names;
  for (const BenchmarkSpec& benchmark : spec.benchmarks)
    if (benchmark.image) base::add_item(names, *benchmark.image, " + ");
  if (!names.empty()) return names;
  const BenchmarkSpec& command = spec.benchmarks.front();
  return command_name(command.command_line ? *command.command_line : command.arguments.front());
}

std::string command_name(const std::string& command_line) {
  const std::size_t start = command_line.find_first_not_of(" \t");
  if (start == std::string::npos) return "command";
  const std::string program = command_line.substr(start, command_line.find_first_of(" \t\n;|&<>()", start) - start);
  const std::filesystem::path name = std::filesystem::path(program).stem();
  return name.empty() ? "command" : name.string();
}

}  // namespace gpubench::workload
