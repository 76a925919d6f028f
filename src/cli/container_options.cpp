#include "cli/container_options.h"

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <sstream>
#include <utility>

#include "base/byte_order_mark.h"
#include "base/text.h"
#include "benchmark/score.h"
#include "platform/regular_file.h"

namespace gpubench::cli {
namespace {

using workload::EngineWish;
using workload::GpuAccessWish;
using workload::PullPolicy;

constexpr std::size_t kMaxEnvLine = std::size_t{64} << 10;
constexpr std::uint64_t kLargestEnvFile = std::uint64_t{1} << 20U;

base::Result<std::string> absolute_path(const std::string& path) {
  if (path.starts_with('/')) return path;
  return base::failure("\"" + path + "\" is not an absolute path", "give the path in the container, beginning with /");
}

// The lines NAME=VALUE of a file, without empty ones and comments (#).
base::Result<std::vector<std::string>> read_env_file(const std::string& path) {
  const auto text = platform::read_named_file(path, kLargestEnvFile);
  if (!text) return base::failure(text.error().message, "check the name and that you may read it");
  std::istringstream file(*text);
  std::vector<std::string> lines;
  std::size_t number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (number == 1) line = base::without_byte_order_mark(line);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    const std::size_t begin = line.find_first_not_of(" \t");
    if (begin == std::string::npos || line[begin] == '#') continue;
    line.erase(0, begin);
    const std::size_t equals = line.find('=');
    const bool has_name = equals != std::string::npos && equals > 0 && line.find_first_of(" \t") >= equals;
    if (!has_name || line.size() > kMaxEnvLine || line.find('\0') != std::string::npos)
      return base::failure("line " + std::to_string(number) + " of " + path + " is not NAME=VALUE");
    if (base::valid_utf8(line) != line)
      return base::failure("line " + std::to_string(number) + " of " + path + " is not UTF-8", "save the file as UTF-8");
    lines.push_back(std::move(line));
  }
  return lines;
}

// What files say comes before what --env says, which has the last word.
Value environment_file(std::vector<std::string>& environment) {
  const auto from_files = std::make_shared<std::ptrdiff_t>(0);
  const auto take = [&environment, from_files](const std::string& option, const std::string& path) -> base::Result<void> {
    const auto lines = read_env_file(path);
    if (!lines) return base::failure(lines.error().with_context(option));
    environment.insert(environment.begin() + *from_files, lines->begin(), lines->end());
    *from_files += static_cast<std::ptrdiff_t>(lines->size());
    return {};
  };
  return {take, {}, true};
}

// "NAME=VALUE", or "NAME" of a variable that this program was started with, as docker takes it.
base::Result<std::string> environment_entry(const std::string& text) {
  if (text.empty() || text.front() == '=') return base::failure("an empty name", "write NAME=VALUE");
  if (text.find('=') != std::string::npos) return text;
  const char* const value = std::getenv(text.c_str());  // NOLINT(concurrency-mt-unsafe): before any thread
  if (value == nullptr)
    return base::failure("\"" + text + "\" has no value, and there is no such variable here", "write " + text + "=VALUE");
  return text + "=" + value;
}

Value score_regex(std::optional<std::string>& target) {
  const auto take = [&target](const std::string& /*option*/, const std::string& text) -> base::Result<void> {
    if (const auto pattern = benchmark::ScorePattern::compile(text); !pattern) return base::failure(pattern.error());
    target = text;
    return {};
  };
  return {take};
}

}  // namespace

Option gpus_option(Value value) {
  value.default_text = "all";
  return {"--gpus", "GPUS",
          "GPUs for the benchmark (container or command): all, none, a number, indices (0,2 or device=1) or UUIDs;\n"
          "with several images, give it once for all or once for each",
          with_choices({"all", "none"}, std::move(value))};
}

Option score_regex_option(workload::BenchmarkSpec& benchmark) {
  return {"--score_regex", "REGEX",
          "Regular expression that finds the score in the log: its first (group), or the whole match.\n"
          "A score is a time in seconds, and less is better; a rate belongs in work (metrics.yml)",
          score_regex(benchmark.score_regex)};
}

std::vector<Option> container_options(workload::BenchmarkSpec& benchmark) {
  workload::ContainerSettings& container = benchmark.container;
  const Choices<GpuAccessWish> ways{{"auto", GpuAccessWish::automatic},
                                    {"runtime", GpuAccessWish::runtime},
                                    {"cdi", GpuAccessWish::cdi},
                                    {"devices", GpuAccessWish::devices},
                                    {"none", GpuAccessWish::none}};
  const Choices<PullPolicy> pulls{
      {"missing", PullPolicy::missing}, {"always", PullPolicy::always}, {"never", PullPolicy::never}};
  const Choices<EngineWish> engines{{"auto", EngineWish::automatic},
                                    {"docker", EngineWish::docker},
                                    {"apptainer", EngineWish::apptainer},
                                    {"charliecloud", EngineWish::charliecloud}};
  return {
      {"--engine", "ENGINE", "What runs the image: auto, docker, apptainer or charliecloud; auto: by the image's name",
       choice(container.engine, engines)},
      {"--volume", "SOURCE:TARGET[:ro]", "Folder or file to mount (repeatable)",
       offering(Offer::file, texts(benchmark.volumes))},
      secret({"--env", "NAME=VALUE", "Environment variable; NAME alone: with its value here (repeatable)",
              each_parsed(benchmark.environment, environment_entry)}),
      {"--entrypoint", "PROGRAM", "Program to run instead of the image's own", text(benchmark.entrypoint)},
      {"--gpu_access", "WAY", "How the benchmark gets its GPUs: auto, runtime, cdi, devices or none",
       choice(container.gpu_access, ways)},
      {"--pull", "WHEN", "Fetch the image from its registry: missing, always or never", choice(container.pull, pulls)},
      {"--env_file", "FILE", "File with a NAME=VALUE on each line (repeatable)",
       offering(Offer::file, environment_file(benchmark.environment))},
      {"--mount", "SOURCE:TARGET", "Read-only data: folder, file or volume (repeatable)",
       offering(Offer::file, each_parsed(container.mounts, workload::parse_data_mount))},
      {"--tmpfs", "TARGET[:OPTIONS]", "Folder in memory (repeatable)", each_parsed(benchmark.tmpfs, absolute_path)},
      {"--ulimit", "NAME=SOFT[:HARD]", "Resource limit of its processes; -1: no limit (repeatable)",
       each_parsed(container.ulimits, workload::parse_ulimit)},
      {"--shm_size", "SIZE", "Limit of /dev/shm, e.g. 64g; default: half of the machine's memory",
       parsed(container.shm_bytes, workload::parse_byte_size)},
      {"--memory", "SIZE", "Limit of its memory, e.g. 128g", parsed(container.memory_bytes, workload::parse_byte_size)},
      {"--cpus", "NUMBER", "Limit of its CPU time, e.g. 7.5", parsed(container.nano_cpus, workload::parse_nano_cpus)},
      {"--user", "USER[:GROUP]", "User to run as", text(container.user)},
      {"--workdir", "FOLDER", "Folder to run in", offering(Offer::folder, parsed(container.workdir, absolute_path))},
      {"--network", "NAME", "Network, e.g. none or host", with_choices({"none", "host"}, text(container.network))},
      {"--results_path",
       "PATH",
       "Results to copy out in addition to /root/results (repeatable); also --collect",
       each_parsed(container.results_paths, absolute_path),
       {"--collect"}},
      {"--results_limit", "SIZE", "Maximum size copied out of each of these paths, e.g. 100m",
       parsed(container.results_limit_bytes, workload::parse_byte_size, "4g")},
      {"--results_exclude", "PATTERN", "Result files or folders not to copy out, e.g. '*.ckpt' (repeatable)",
       texts(container.results_excluded)},
  };
}

}  // namespace gpubench::cli
