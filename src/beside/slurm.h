// Slurm's accounting of a step, as its own programs print it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "beside/beside.h"

namespace gpubench::beside {

// The step that a process is in, by its environment ("NAME=value"). Empty: it is in no job of Slurm.
std::optional<SlurmStep> slurm_step_in(const std::vector<std::string>& environment);

// Programs that print what Slurm knows.
class SlurmPrograms {
 public:
  struct Reply {
    bool found = false;   // there is such a program
    std::string trouble;  // it could not be run to its end; empty: it was
    int exit_code = 0;
    std::string output = {};
    std::string error = {};
  };

  SlurmPrograms() = default;
  SlurmPrograms(const SlurmPrograms&) = delete;
  SlurmPrograms& operator=(const SlurmPrograms&) = delete;
  virtual ~SlurmPrograms() = default;

  // `arguments`: of sacct.
  virtual Reply sacct(const std::vector<std::string>& arguments) = 0;
  // `scontrol show config`
  virtual Reply configuration() = 0;
};

// Those in PATH. Each is stopped after 3 s, or when `interrupt_fd` is readable; then none is started any more.
class InstalledSlurm final : public SlurmPrograms {
 public:
  explicit InstalledSlurm(int interrupt_fd = -1) : interrupt_fd_(interrupt_fd) {}
  Reply sacct(const std::vector<std::string>& arguments) override;
  Reply configuration() override;

 private:
  Reply run(const std::vector<std::string>& words);

  int interrupt_fd_;
  std::string trouble_;  // of an earlier one
};

// When the run was, by which its step is known from another one of the same number.
struct Period {
  base::WallTime start;
  base::WallTime end;
};

// What the accounting says now. An energy that is known stays; so does what was known, where nobody answers now.
SlurmEnergy ask_again(const SlurmEnergy& before, const Period& run, SlurmPrograms& slurm);

// The same of what is saved in a run's folder, if the run was in a step of Slurm.
base::Result<void> ask_again(const std::filesystem::path& folder, const Period& run, SlurmPrograms& slurm);

}  // namespace gpubench::beside
