#include "meter/open.h"

#include <charconv>
#include <string_view>
#include <utility>

#include "meter/nvml/nvml_meter.h"
#include "meter/replay/recording_meter.h"
#include "meter/replay/replay_meter.h"

namespace gpubench::meter {
namespace {

constexpr std::string_view kReplayPrefix = "replay:";
constexpr std::string_view kGpusSuffix = ",gpus=";
constexpr int kMostReplayedGpus = 64;

struct ReplayRequest {
  std::string file;
  int gpus = 0;  // as many as were recorded
};

// No GPUs: those of the run are measured elsewhere.
class NoMeter final : public GpuMeter {
 public:
  [[nodiscard]] const MeterSource& source() const override { return source_; }
  [[nodiscard]] const std::vector<GpuDescription>& gpus() const override { return gpus_; }
  GpuReading read(std::size_t /*gpu*/) override { return {}; }
  Field<CounterReading> read_energy_counter(std::size_t /*gpu*/) override {
    return tl::unexpected<Absent>(Absent::unsupported);
  }
  Field<std::vector<PowerSample>> drain_power(std::size_t /*gpu*/) override {
    return tl::unexpected<Absent>(Absent::unsupported);
  }

 private:
  const MeterSource source_{kNone, "none: the GPUs are measured by agents", {}, {}, {}};
  const std::vector<GpuDescription> gpus_;
};

// "replay:FILE[,gpus=N]"
base::Result<ReplayRequest> parse_replay(const std::string& source) {
  ReplayRequest request;
  request.file = source.substr(kReplayPrefix.size());
  if (const std::size_t comma = request.file.rfind(kGpusSuffix); comma != std::string::npos) {
    const std::string count = request.file.substr(comma + kGpusSuffix.size());
    const auto parsed = std::from_chars(count.data(), count.data() + count.size(), request.gpus);
    if (parsed.ec != std::errc() || parsed.ptr != count.data() + count.size() || request.gpus < 1 ||
        request.gpus > kMostReplayedGpus)
      return base::failure("\"" + source + "\" does not name a number of GPUs from 1 to 64",
                           "write for example --meter replay:traces/h200.trace,gpus=8");
    request.file.resize(comma);
  }
  return request;
}

}  // namespace

base::Result<std::unique_ptr<GpuMeter>> open_meter(const MeterSpec& spec, const platform::Clock& clock, int interrupt_fd) {
  if (spec.source.starts_with(kReplayPrefix)) {
    const auto request = parse_replay(spec.source);
    if (!request) return base::failure(request.error());
    return open_replay_meter(request->file, request->gpus, clock);
  }
  if (spec.source == kNone) return std::make_unique<NoMeter>();
  auto nvml = open_guarded_nvml_meter(spec.nvml_library, interrupt_fd);
  if (!nvml || spec.record_trace.empty()) return nvml;
  return open_recording_meter(std::move(*nvml), spec.record_trace, clock);
}

}  // namespace gpubench::meter
