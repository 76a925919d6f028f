#include "workload/apptainer/engine_line.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <utility>

#include "base/environment.h"
#include "base/try.h"

namespace gpubench::workload {
namespace {

namespace fs = std::filesystem;

constexpr const char* kResultsOfImages = "/root/results";  // as with Docker
constexpr const char* kVisibleGpus = "CUDA_VISIBLE_DEVICES=";

// Charliecloud makes no place for a mount in an image, but it does below /tmp.
std::string own_place(const ApptainerOptions& options, const std::string& name) {
  return (options.is_charliecloud() ? "/tmp/iris-gpubench/" : "/iris-gpubench/") + name;
}

struct HostMount {
  std::string source;
  std::string target;
  bool read_only = false;
};

base::Result<HostMount> volume_mount(const std::string& text) {
  std::string resolved;
  GPUBENCH_ASSIGN_OR_RETURN(resolved, resolve_volume(text));
  const std::size_t colon = text.find(':');
  std::string target = text.substr(colon + 1);
  const std::string source = resolved.substr(0, resolved.size() - (text.size() - colon));
  const std::size_t mode = std::min(target.find(':'), target.size());
  const std::string mode_text = target.substr(mode);
  target.resize(mode);
  if (!mode_text.empty() && mode_text != ":ro" && mode_text != ":rw")
    return base::failure("--volume " + text + ": \"" + mode_text.substr(1) + "\" is for Docker", "write FOLDER:TARGET[:ro]");
  return HostMount{source, target, mode_text == ":ro"};
}

base::Result<std::vector<HostMount>> data_mounts(const ApptainerOptions& options) {
  std::vector<HostMount> mounts;
  for (const std::string& volume : options.volumes) {
    auto mount = volume_mount(volume);
    if (!mount) return base::failure(mount.error());
    mounts.push_back(*std::move(mount));
  }
  for (const DataMount& mount : options.settings.mounts) {
    std::error_code unknown;
    if (fs::status(mount.source, unknown).type() == fs::file_type::not_found)
      return base::failure(
          "--mount " + mount.source + ":" + mount.target + ": there is no " + mount.source + " on this machine",
          "correct the path, or make it first");
    mounts.push_back({mount.source, mount.target, true});
  }
  return mounts;
}

// The run's own folder for results at each place where the benchmark writes some.
std::vector<HostMount> results_mounts(const ApptainerOptions& options) {
  if (options.results.empty()) return {};
  std::vector<HostMount> mounts{{options.results.string(), own_place(options, "results"), false}};
  if (!options.is_charliecloud() || fs::is_directory(fs::path(options.image) / "root/results"))
    mounts.push_back({options.results.string(), kResultsOfImages, false});
  for (const ResultsFolder& folder : results_folders(options.settings.results_paths))
    mounts.push_back({(options.results / folder.name).string(), folder.path, false});
  return mounts;
}

// Charliecloud mounts no single file where the image has none: then the folder that it is in.
HostMount file_mount(const ApptainerOptions& options, const std::string& file, const char* target, bool read_only) {
  if (!options.is_charliecloud()) return {file, target, read_only};
  return {fs::path(file).parent_path().string(), own_place(options, fs::path(target).stem().string()), read_only};
}
std::string place_of(const ApptainerOptions& options, const std::string& file, const char* target) {
  if (!options.is_charliecloud()) return target;
  return own_place(options, fs::path(target).stem().string()) + "/" + fs::path(file).filename().string();
}

std::vector<HostMount> marks_mounts(const ApptainerOptions& options) {
  std::vector<HostMount> mounts;
  const MarksAccess& marks = options.marks;
  if (!marks.file.empty()) mounts.push_back(file_mount(options, marks.file, kMarksInContainer, false));
  if (!marks.file.empty() && marks.nvtx) mounts.push_back(file_mount(options, marks.nvtx->library, kNvtxInContainer, true));
  if (!marks.client.empty()) mounts.push_back({marks.client, own_place(options, "client"), true});
  return mounts;
}

// What the container's programs find in their environment, the user's own last.
std::vector<std::string> container_environment(const ApptainerOptions& options) {
  std::vector<std::string> environment;
  if (options.visible_gpus) environment.push_back(kVisibleGpus + *options.visible_gpus);
  if (!options.results.empty()) environment.push_back("IRIS_GPUBENCH_RESULTS=" + own_place(options, "results"));
  const MarksAccess& marks = options.marks;
  if (!marks.file.empty()) environment.push_back(kMarksVariable + place_of(options, marks.file, kMarksInContainer));
  if (!marks.file.empty() && marks.nvtx)
    give_nvtx(environment, place_of(options, marks.nvtx->library, kNvtxInContainer), marks.nvtx->filter);
  environment.insert(environment.end(), options.env.begin(), options.env.end());
  if (!marks.client.empty()) give_client(environment, own_place(options, "client"));
  return environment;
}

// The last of a name holds.
void set(std::vector<std::string>& environment, const std::string& variable) {
  const std::string name = variable.substr(0, variable.find('=') + 1);
  const auto known = std::find_if(environment.begin(), environment.end(),
                                  [&](const std::string& other) { return other.starts_with(name); });
  if (known == environment.end())
    environment.push_back(variable);
  else
    *known = variable;
}

// The fields of --mount are those of a CSV line.
std::string csv_field(const std::string& field) {
  if (field.find_first_of(",\"\n") == std::string::npos) return field;
  std::string quoted = "\"";
  for (const char c : field) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

base::Result<std::vector<HostMount>> all_mounts(const ApptainerOptions& options) {
  std::vector<HostMount> mounts;
  GPUBENCH_ASSIGN_OR_RETURN(mounts, data_mounts(options));
  for (const std::vector<HostMount>& more : {results_mounts(options), marks_mounts(options)})
    mounts.insert(mounts.end(), more.begin(), more.end());
  return mounts;
}

void add_gpu_options(std::vector<std::string>& words, const ApptainerOptions& options) {
  const std::string access = gpu_access_of(options);
  if (access == "nv" || access == "nvccli") words.push_back("--" + access);
  if (access == "cdi") words.insert(words.end(), {"--device", "nvidia.com/gpu=all"});
}

base::Result<EngineLine> apptainer_line(const ApptainerOptions& options) {
  std::vector<HostMount> mounts;
  GPUBENCH_ASSIGN_OR_RETURN(mounts, all_mounts(options));
  EngineLine line;
  // Alone: as with Docker, and with an init process: the program gets signals that it does not expect, too (--compat has
  // none). A rank finds the others in /tmp, /dev/shm and the environment.
  line.options = {"--no-eval", "--writable-tmpfs"};
  if (!options.is_rank) line.options.insert(line.options.end(), {"--containall", "--no-umask"});
  if (options.is_root) line.options.emplace_back("--no-home");  // else the image's /root is hidden
  add_gpu_options(line.options, options);
  for (const HostMount& mount : mounts)
    line.options.insert(line.options.end(),
                        {"--mount", "type=bind," + csv_field("source=" + mount.source) + "," +
                                        csv_field("destination=" + mount.target) + (mount.read_only ? ",ro" : "")});
  for (const std::string& target : options.tmpfs) line.options.insert(line.options.end(), {"--scratch", target});
  if (!options.settings.workdir.empty()) line.options.insert(line.options.end(), {"--pwd", options.settings.workdir});
  line.environment = options.environment;
  const std::string prefix = options.program == "singularity" ? "SINGULARITYENV_" : "APPTAINERENV_";
  for (const std::string& variable : container_environment(options)) set(line.environment, prefix + variable);
  return line;
}

// The image's own, as ch-convert has kept it.
std::vector<std::string> charliecloud_environment(const std::string& image) {
  std::vector<std::string> environment;
  std::ifstream file(fs::path(image) / "ch/environment");
  for (std::string line; std::getline(file, line);)
    if (line.find('=') != std::string::npos && line.front() != '=') environment.push_back(line);
  return environment;
}

base::Result<void> check_target(const HostMount& mount, const std::string& image) {
  const bool made_for_it = mount.target.starts_with("/tmp/") || mount.target.starts_with("/dev/");
  if (mount.source.find(':') != std::string::npos || mount.target.find(':') != std::string::npos)
    return base::failure("Charliecloud cannot mount " + mount.source + ": there is a colon in the name");
  if (made_for_it || fs::exists(image + "/" + mount.target)) return {};
  return base::failure("the image has no " + mount.target + ", and Charliecloud makes no place for a mount",
                       "make it: mkdir -p " + image + mount.target);
}

base::Result<EngineLine> charliecloud_line(const ApptainerOptions& options, const std::string& image) {
  std::vector<HostMount> mounts;
  GPUBENCH_ASSIGN_OR_RETURN(mounts, all_mounts(options));
  EngineLine line;
  if (!options.is_rank) line.options.emplace_back("--private-tmp");
  for (const HostMount& mount : mounts) {
    GPUBENCH_TRY(check_target(mount, image));
    line.options.insert(line.options.end(), {"--bind", mount.source + ":" + mount.target});
  }
  if (!options.settings.workdir.empty()) line.options.insert(line.options.end(), {"--cd", options.settings.workdir});
  line.environment = options.environment;
  if (base::variable_of(line.environment, "USER").empty()) set(line.environment, "USER=user");  // it does not start without
  for (const std::string& variable : charliecloud_environment(image)) set(line.environment, variable);
  for (const std::string& variable : container_environment(options)) set(line.environment, variable);
  return line;
}

struct Refusal {
  bool is_asked_for;
  const char* option;
  const char* remedy;
};

}  // namespace

std::string gpu_access_of(const ApptainerOptions& options) {
  const GpuAccessWish wish = options.settings.gpu_access;
  if (!options.wants_gpus || wish == GpuAccessWish::none) return "none";
  if (options.is_charliecloud()) return "image";
  if (wish == GpuAccessWish::runtime) return "nvccli";
  return wish == GpuAccessWish::cdi ? "cdi" : "nv";
}

base::Result<void> check_settings(const ApptainerOptions& options) {
  const ContainerSettings& settings = options.settings;
  const bool has_volumes =
      std::any_of(settings.mounts.begin(), settings.mounts.end(), [](const DataMount& mount) { return mount.is_volume; });
  const bool has_options = std::any_of(options.tmpfs.begin(), options.tmpfs.end(),
                                       [](const std::string& target) { return target.find(':') != std::string::npos; });
  constexpr const char* kScheduler = "ask the job's scheduler for it, e.g. srun --mem or --cpus-per-task";
  constexpr const char* kOnDisk = "results are written into the run's folder at once; remove there what is not wanted";
  const std::array<Refusal, 11> refusals{{
      {!settings.user.empty(), "--user", "the container runs as the user who starts it; leave it out"},
      {!settings.network.empty(), "--network", "the container has the machine's network; leave it out"},
      {settings.memory_bytes.has_value(), "--memory", kScheduler},
      {settings.nano_cpus.has_value(), "--cpus", kScheduler},
      {settings.shm_bytes.has_value(), "--shm-size", "the container has the machine's /dev/shm; leave it out"},
      {!settings.ulimits.empty(), "--ulimit", "set it with ulimit before the run"},
      {settings.results_limit_bytes.has_value(), "--results-limit", kOnDisk},
      {!settings.results_excluded.empty(), "--results-exclude", kOnDisk},
      {has_volumes, "--mount of a named volume", "mount a folder: --mount /folder:/target"},
      {has_options, "--tmpfs with options", "write --tmpfs TARGET alone"},
      {settings.gpu_access == GpuAccessWish::devices, "--gpu-access devices", "leave it out, or use none, cdi or runtime"},
  }};
  const bool has_read_only =
      !settings.mounts.empty() || std::any_of(options.volumes.begin(), options.volumes.end(),
                                              [](const std::string& volume) { return volume.ends_with(":ro"); });
  if (options.is_charliecloud() && has_read_only)
    return base::failure("Charliecloud cannot mount a folder read-only",
                         "use --volume FOLDER:TARGET if the benchmark may write there");
  const std::string engine = options.is_charliecloud() ? "Charliecloud" : "Apptainer";
  for (const Refusal& refusal : refusals)
    if (refusal.is_asked_for)
      return base::failure(std::string(refusal.option) + " cannot be used with " + engine, refusal.remedy);
  if (options.is_charliecloud() && !options.tmpfs.empty())
    return base::failure("--tmpfs cannot be used with Charliecloud", "/tmp is in memory; leave it out");
  return {};
}

base::Result<EngineLine> engine_line(const ApptainerOptions& options, const std::string& image) {
  return options.is_charliecloud() ? charliecloud_line(options, image) : apptainer_line(options);
}

std::vector<std::string> full_line(const ApptainerOptions& options, const EngineLine& line, ImageAction action,
                                   const std::string& image, const std::vector<std::string>& words) {
  std::vector<std::string> argv{options.program};
  if (!options.is_charliecloud()) argv.insert(argv.end(), {"--nocolor", action == ImageAction::run ? "run" : "exec"});
  argv.insert(argv.end(), line.options.begin(), line.options.end());
  argv.push_back(image);
  if (options.is_charliecloud()) argv.emplace_back("--");
  argv.insert(argv.end(), words.begin(), words.end());
  return argv;
}

}  // namespace gpubench::workload
