// What is being measured: a container or a plain command. The caller (main thread) drives it:
// prepare -> start -> poll until it has ended -> cleanup.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace gpubench::workload {

enum class LogStream : std::uint8_t { out, err };

// Receives the workload's output as it comes, in pieces of any size. Called only from within poll(); must not block.
class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual void write(LogStream stream, std::string_view bytes) = 0;
};

struct WorkloadDescription {
  enum class Kind : std::uint8_t { container, command };
  Kind kind = Kind::command;
  std::string name;                // image name without registry trouble, or the command's base name
  std::string command_line;        // what was run, for the reader; empty if the image decides
  std::string image_id;            // sha256:... of a container's image; empty otherwise
  std::string engine;              // "Docker 20.10.24" or "Podman 4.3.1"; empty for a command
  std::string gpu_access;          // how a container got its GPUs: "runtime", "cdi", "devices", "none"; empty for a command
  std::string gpu_trouble;         // after start(): why a GPU that it was to have is missing; empty: no sign of that
  bool attached = false;           // it ran already when measuring began, and is watched only
  int process_id = 0;              // after start(): of its first process on this host; 0: not known, or it has ended
  std::vector<std::string> notes;  // what a reader should know of how it was set up, a sentence each
  std::vector<int> gpus;           // of one of several: indices of those that are its own
  std::vector<WorkloadDescription> parts = {};  // of several at once: each of them; else empty
};

// How it ended. No exit code: it is unknown, never taken for 0.
struct WorkloadOutcome {
  base::Window ran;                         // real start and end of the workload's first process
  std::optional<int> exit_code;             // 128 + n if killed by signal n
  bool out_of_memory = false;               // the kernel killed a process of it
  bool stopped_by_us = false;               // after stop() or kill()
  std::string note;                         // engine's own error text, if any
  std::string log_trouble;                  // why its output may not be complete; empty: nothing is known to be missing
  std::vector<WorkloadOutcome> parts = {};  // of several at once: each of them, an empty window if it never ran
  // Its start and end are known to +- this, where that does not follow from what kind of workload it is.
  std::optional<base::Duration> ends_within = {};
};

// Whether an exit code that is not known is a doubt. A process tells its code to its parent alone, and what was left running
// has none.
inline bool needs_exit_code(const WorkloadDescription& workload, const WorkloadOutcome& outcome) {
  const bool is_container = workload.kind == WorkloadDescription::Kind::container;
  return !workload.attached || (is_container && !outcome.stopped_by_us);
}

// Not thread-safe; owned by the main thread. The destructor kills and removes what is left.
class Workload {
 public:
  virtual ~Workload() = default;
  // Everything that can fail before measuring: engine reachable, image there, container created, streams attached.
  virtual base::Result<void> prepare() = 0;
  // Valid after prepare().
  [[nodiscard]] virtual const WorkloadDescription& description() const = 0;
  virtual base::Result<void> start() = 0;
  // Waits up to `timeout`, or until `wake_fd` (if >= 0) is readable, and passes on output. The outcome is there once the
  // workload has ended and its last byte of output was passed on.
  virtual base::Result<std::optional<WorkloadOutcome>> poll(base::Duration timeout, int wake_fd) = 0;
  virtual void hand_on(int signal) = 0;  // SIGUSR1 or SIGUSR2, sent to the tool but meant for the workload
  virtual void stop() = 0;               // asks it to end (SIGTERM)
  virtual void kill() = 0;               // makes it end (SIGKILL)
  // Copies the workload's own result files into `directory` (made if needed). Called after the end, before cleanup().
  // Returns whether there were any.
  virtual base::Result<bool> collect_results(const std::filesystem::path& directory) = 0;
  // Removes what was made. Safe to call twice.
  virtual base::Result<void> cleanup() = 0;
};

}  // namespace gpubench::workload
