#include "app/container_flags.h"

#include <CLI/CLI.hpp>
#include <fstream>
#include <utility>

namespace gpubench::app {
namespace {

constexpr std::size_t kMaxEnvLine = std::size_t{64} << 10;

bool is_absolute(const std::string& path) {
  return !path.empty() && path.front() == '/';
}

// Parses each of `texts` into `values`; an error names the option.
template <class T, class Parse>
base::Result<void> parse_each(const char* option, const std::vector<std::string>& texts, Parse parse,
                              std::vector<T>& values) {
  for (const std::string& text : texts) {
    auto value = parse(text);
    if (!value) return base::failure(value.error().with_context(option));
    values.push_back(std::move(*value));
  }
  return {};
}

template <class T, class Parse>
base::Result<void> parse_given(const char* option, const std::string& text, Parse parse, T& value) {
  if (text.empty()) return {};
  auto parsed = parse(text);
  if (!parsed) return base::failure(parsed.error().with_context(option));
  value = *parsed;
  return {};
}

base::Result<std::string> absolute_path(const std::string& path) {
  if (is_absolute(path)) return path;
  return base::failure("\"" + path + "\" is not an absolute path", "give the path in the container, beginning with /");
}

}  // namespace

void describe_container_flags(CLI::App& app, ContainerFlags& flags, const char* group) {
  const auto one = [&](const char* name, std::string& value, const char* type, const char* text) {
    return app.add_option(name, value, text)->type_name(type)->group(group);
  };
  const auto repeated = [&](const char* name, std::vector<std::string>& values, const char* type, const char* text) {
    app.add_option(name, values, text)->type_name(type)->group(group)->expected(1)->take_all()->allow_extra_args(false);
  };
  one("--gpu_access", flags.gpu_access, "WAY", "How the benchmark gets them: auto, runtime, cdi, devices or none")
      ->default_str("auto");
  one("--pull", flags.pull, "WHEN", "Fetch the image from its registry: missing, always or never")->default_str("never");
  repeated("--env_file", flags.env_files, "FILE", "File with a NAME=VALUE on each line (repeatable)");
  repeated("--mount", flags.mounts, "SOURCE:TARGET", "Read-only data: folder, file or volume (repeatable)");
  repeated("--tmpfs", flags.tmpfs, "TARGET[:OPTIONS]", "Folder in memory (repeatable)");
  repeated("--ulimit", flags.ulimits, "NAME=SOFT[:HARD]", "Limit of its processes, -1 for none (repeatable)");
  one("--shm_size", flags.shm_size, "SIZE", "Limit of /dev/shm, e.g. 64g; default: half of the machine's memory");
  one("--memory", flags.memory, "SIZE", "Limit of its memory, e.g. 128g");
  one("--cpus", flags.cpus, "NUMBER", "Limit of its CPU time, e.g. 7.5");
  one("--user", flags.user, "USER[:GROUP]", "User to run as");
  one("--workdir", flags.workdir, "FOLDER", "Folder to run in");
  one("--network", flags.network, "NAME", "Network, e.g. none or host");
  repeated("--results_path", flags.results_paths, "PATH", "Results to copy out in addition to /root/results (repeatable)");
  one("--results_limit", flags.results_limit, "SIZE", "Most that is copied out of each of these paths, e.g. 100m")
      ->default_str("4g");
  repeated("--results_exclude", flags.results_excluded, "PATTERN",
           "Result files or folders not to copy out, e.g. '*.ckpt' (repeatable)");
}

bool any_given(const ContainerFlags& flags) {
  const ContainerFlags none;
  const bool lists = !flags.env_files.empty() || !flags.mounts.empty() || !flags.tmpfs.empty() || !flags.ulimits.empty() ||
                     !flags.results_paths.empty() || !flags.results_excluded.empty();
  const std::string texts =
      flags.results_limit + flags.shm_size + flags.user + flags.workdir + flags.network + flags.memory + flags.cpus;
  return lists || !texts.empty() || flags.gpu_access != none.gpu_access || flags.pull != none.pull;
}

base::Result<workload::ContainerSettings> container_settings(const ContainerFlags& flags) {
  workload::ContainerSettings settings;
  const auto access = workload::parse_gpu_access(flags.gpu_access);
  if (!access) return base::failure(access.error());
  settings.gpu_access = *access;
  const auto pull = workload::parse_pull_policy(flags.pull);
  if (!pull) return base::failure(pull.error());
  settings.pull = *pull;
  settings.user = flags.user;
  settings.network = flags.network;
  if (!flags.workdir.empty() && !is_absolute(flags.workdir))
    return base::failure("--workdir: \"" + flags.workdir + "\" is not an absolute path", "begin it with /");
  settings.workdir = flags.workdir;
  settings.results_excluded = flags.results_excluded;
  for (const auto& parsed :
       {parse_each("--mount", flags.mounts, workload::parse_data_mount, settings.mounts),
        parse_each("--ulimit", flags.ulimits, workload::parse_ulimit, settings.ulimits),
        parse_each("--results_path", flags.results_paths, absolute_path, settings.results_paths),
        parse_given("--results_limit", flags.results_limit, workload::parse_byte_size, settings.results_limit_bytes),
        parse_given("--shm_size", flags.shm_size, workload::parse_byte_size, settings.shm_bytes),
        parse_given("--memory", flags.memory, workload::parse_byte_size, settings.memory_bytes),
        parse_given("--cpus", flags.cpus, workload::parse_nano_cpus, settings.nano_cpus)})
    if (!parsed) return base::failure(parsed.error());
  return settings;
}

base::Result<std::vector<std::string>> checked_tmpfs(const std::vector<std::string>& tmpfs) {
  for (const std::string& mount : tmpfs)
    if (!is_absolute(mount)) return base::failure("--tmpfs: \"" + mount + "\" is not an absolute path", "begin it with /");
  return tmpfs;
}

base::Result<std::vector<std::string>> read_env_file(const std::string& path) {
  std::ifstream file(path);
  if (!file) return base::failure("--env_file: cannot read " + path, "check the name and that you may read it");
  std::vector<std::string> lines;
  std::size_t number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    const std::size_t begin = line.find_first_not_of(" \t");
    if (begin == std::string::npos || line[begin] == '#') continue;
    line.erase(0, begin);
    const std::size_t equals = line.find('=');
    const bool has_name = equals != std::string::npos && equals > 0 && line.find_first_of(" \t") >= equals;
    if (!has_name || line.size() > kMaxEnvLine || line.find('\0') != std::string::npos)
      return base::failure("--env_file: line " + std::to_string(number) + " of " + path + " is not NAME=VALUE");
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace gpubench::app
