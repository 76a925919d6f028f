// What a container may use and see, as people write it on a command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace gpubench::workload {

// A limit of the container's processes ("memlock", "nofile" ...); -1: none.
struct Ulimit {
  std::string name;
  std::int64_t soft = 0;
  std::int64_t hard = 0;
  friend bool operator==(const Ulimit&, const Ulimit&) = default;
};

// A folder or file of the host, or a named volume, that the container can read and not change.
struct DataMount {
  std::string source;
  std::string target;
  bool is_volume = false;
  friend bool operator==(const DataMount&, const DataMount&) = default;
};

enum class PullPolicy : std::uint8_t { missing, always, never };

// How the user wants the GPUs to be given.
enum class GpuAccessWish : std::uint8_t { automatic, runtime, cdi, devices, none };

// Which engine is to run it; automatic: by what its image is.
enum class EngineWish : std::uint8_t { automatic, docker, apptainer, charliecloud };

struct ContainerSettings {
  EngineWish engine = EngineWish::automatic;
  std::vector<DataMount> mounts;
  std::optional<std::uint64_t> shm_bytes;  // empty: half of the machine's memory
  std::vector<Ulimit> ulimits;
  std::string user;                           // "1000:1000"; empty: the image's
  std::string workdir;                        // absolute; empty: the image's
  std::string network;                        // empty: the engine's default
  std::optional<std::uint64_t> memory_bytes;  // empty: no limit
  std::optional<std::int64_t> nano_cpus;      // 1e9 is one CPU; empty: no limit
  PullPolicy pull = PullPolicy::never;
  GpuAccessWish gpu_access = GpuAccessWish::automatic;
  std::vector<std::string> results_paths;            // beside /root/results
  std::optional<std::uint64_t> results_limit_bytes;  // of each path; empty: 4 GiB
  std::vector<std::string> results_excluded;         // patterns of what is not copied
  friend bool operator==(const ContainerSettings&, const ContainerSettings&) = default;
};

// A path of the container, and the name of the folder in which its results are kept.
struct ResultsFolder {
  std::string path;
  std::string name;
  friend bool operator==(const ResultsFolder&, const ResultsFolder&) = default;
};
// Each path once, with the last component as its folder's name, made safe. Of the same name the second is "NAME-2".
std::vector<ResultsFolder> results_folders(const std::vector<std::string>& paths);

// "64g", "512M", "1.5GiB", "4096": a number and an optional unit of 1024.
base::Result<std::uint64_t> parse_byte_size(std::string_view text);
// "memlock=-1", "nofile=1024:4096"
base::Result<Ulimit> parse_ulimit(const std::string& text);
// "SOURCE:TARGET[:ro]" or "type=bind,source=/data,target=/data,readonly". A source without "/" in front is a named volume.
base::Result<DataMount> parse_data_mount(const std::string& text);
// "SOURCE:TARGET[:ro]" of --volume with SOURCE as an absolute path. An error: there is nothing there, for which an engine
// would make an empty folder or a volume, without a word.
base::Result<std::string> resolve_volume(const std::string& text);
// "1.5"
base::Result<std::int64_t> parse_nano_cpus(std::string_view text);

}  // namespace gpubench::workload
