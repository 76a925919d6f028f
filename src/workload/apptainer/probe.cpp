#include "workload/apptainer/probe.h"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

#include "base/try.h"
#include "platform/clock.h"
#include "platform/readable.h"
#include "workload/apptainer/engine_words.h"

namespace gpubench::workload {
namespace {

constexpr base::Duration kLongestProbe = std::chrono::minutes(10);  // a large image on a slow file system
constexpr std::size_t kMostCaptured = std::size_t{64} << 10;

// Only what a shell can do by itself. --nv leaves the driver's library in the first place; others in the image's own.
constexpr const char* kScript = R"(
for file in "$@" /usr/lib/libcuda.so.1 /usr/lib64/libcuda.so.1 /usr/lib/*/libcuda.so.1 /usr/local/lib/libcuda.so.1; do
  [ -e "$file" ] && echo library
  [ $# -gt 0 ] && break
done
for file in /dev/nvidia[0-9]* /dev/dxg; do [ -e "$file" ] && echo device; done
own=
for file in /.singularity.d/runscript /singularity; do
  [ -s "$file" ] || continue
  own=program
  while read -r line; do case $line in *"There is no runscript defined"*) own=;; esac; done <"$file"
  break
done
echo $own
echo end
)";

class Captured final : public LogSink {
 public:
  void write(LogStream stream, std::string_view bytes) override {
    std::string& text = stream == LogStream::out ? out : err;
    text += bytes.substr(0, kMostCaptured - std::min(kMostCaptured, text.size()));
  }
  std::string out;
  std::string err;
};

// Not through an argument list, which everybody on the machine may read: the environment may hold secrets.
base::Result<void> run_to_its_end(const ApptainerOptions& options, const EngineLine& line, std::vector<std::string> argv,
                                  Captured& said) {
  const auto program = options.run_program(std::move(argv), line.environment, said);
  GPUBENCH_TRY(program->prepare());
  GPUBENCH_TRY(program->start());
  const platform::SystemClock clock;
  const base::SteadyTime deadline = clock.now() + kLongestProbe;
  while (clock.now() < deadline && !platform::is_readable(options.interrupt_fd)) {
    const auto outcome = program->poll(std::chrono::seconds(1), options.interrupt_fd);
    if (!outcome) return base::failure(outcome.error());
    if (*outcome) return {};
  }
  return base::failure(clock.now() < deadline ? "interrupted while the image was tried"
                                              : options.image + " did not start within ten minutes");
}

bool says(const std::string& text, const char* word) {
  return ("\n" + text).find("\n" + std::string(word) + "\n") != std::string::npos;
}

bool lacks_shell(const std::string& reason) {
  return reason.find("\"/bin/sh\"") != std::string::npos || reason.find("/bin/sh: no such file") != std::string::npos ||
         reason.find("execve(2): /bin/sh") != std::string::npos;
}

}  // namespace

base::Result<Probe> probe_image(const ApptainerOptions& options, const EngineLine& line, const std::string& image) {
  std::vector<std::string> words{"/bin/sh", "-c", kScript, "sh"};
  if (gpu_access_of(options) == "nv") words.emplace_back("/.singularity.d/libs/libcuda.so.1");
  Captured said;
  GPUBENCH_TRY(run_to_its_end(options, line, full_line(options, line, ImageAction::exec, image, words), said));
  Probe probe;
  probe.could_look = says(said.out, "end");
  probe.has_driver_library = says(said.out, "library");
  probe.has_device = says(said.out, "device");
  probe.has_own_program = says(said.out, "program");
  if (probe.could_look) return probe;
  const std::string reason = engine_reason(said.err);
  if (lacks_shell(reason)) return probe;
  return base::failure(options.program + " cannot run " + options.image + ": " + reason, engine_remedy(reason));
}

base::Result<void> check_gpus(const ApptainerOptions& options, const Probe& probe) {
  const std::string access = gpu_access_of(options);
  if (access == "none" || !probe.could_look) return {};
  const std::string leave_out = "; without a GPU: --gpu-access none";
  if (!probe.has_driver_library)
    return access == "image"
               ? base::failure("the image has no libcuda.so.1: its programs would see no GPU",
                               "copy the driver's files into it: ch-fromhost --nvidia " + options.image + leave_out)
               : base::failure("the driver's library libcuda.so.1 does not arrive in the container (--" + access + ")",
                               "\"ldconfig -p\" of this machine must list it: install the NVIDIA driver" + leave_out);
  if (!probe.has_device)
    return base::failure("no /dev/nvidia* device arrives in the container",
                         "ask the scheduler for a GPU, or load the driver: nvidia-smi must list one" + leave_out);
  return {};
}

}  // namespace gpubench::workload
