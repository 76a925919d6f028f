#include "meter/nvml/nvml_meter.h"

#include <array>
#include <utility>

#include "base/text.h"
#include "meter/nvml/guarded_meter.h"
#include "meter/nvml/nvml_device.h"
#include "meter/nvml/nvml_event_reading.h"
#include "meter/nvml/nvml_library.h"

namespace gpubench::meter {
namespace {

class NvmlMeter final : public GpuMeter {
 public:
  NvmlMeter(std::unique_ptr<NvmlLibrary> library, MeterSource source, std::vector<GpuDescription> gpus,
            std::vector<NvmlDevice> devices, std::vector<NvmlHandle> handles, const platform::Clock& clock)
      : library_(std::move(library)),
        source_(std::move(source)),
        gpus_(std::move(gpus)),
        devices_(std::move(devices)),
        handles_(std::move(handles)),
        clock_(clock),
        events_(std::make_unique<NvmlEvents>(library_->api())) {
    for (NvmlHandle handle : handles_) events_->watch(handle);
  }

  [[nodiscard]] const MeterSource& source() const override { return source_; }
  [[nodiscard]] const std::vector<GpuDescription>& gpus() const override { return gpus_; }
  GpuReading read(std::size_t gpu) override { return devices_.at(gpu).read(); }
  Field<CounterReading> read_energy_counter(std::size_t gpu) override { return devices_.at(gpu).read_energy_counter(); }
  Field<std::vector<PowerSample>> drain_power(std::size_t gpu) override { return devices_.at(gpu).drain_power(); }
  EventReading read_events(std::size_t gpu, EventScope scope) override {
    EventReading reading;
    reading.time = clock_.now();
    reading.processes = read_processes(library_->api(), handles_.at(gpu));
    reading.xids = events_->take(handles_.at(gpu));
    if (scope == EventScope::everything) read_counts(library_->api(), handles_.at(gpu), reading);
    return reading;
  }
  void close() override {
    events_.reset();
    devices_.clear();
    handles_.clear();
    library_.reset();
  }

 private:
  std::unique_ptr<NvmlLibrary> library_;  // outlives the devices and events
  MeterSource source_;
  std::vector<GpuDescription> gpus_;
  std::vector<NvmlDevice> devices_;
  std::vector<NvmlHandle> handles_;  // of the devices, in their order
  const platform::Clock& clock_;
  std::unique_ptr<NvmlEvents> events_;
};

std::string system_text(int (*function)(char*, NvmlApi::Count)) {
  std::array<char, 128> text{};
  if (function == nullptr || function(text.data(), text.size() - 1) != kNvmlSuccess) return {};
  return text.data();
}

MeterSource source_of(const NvmlApi& api) {
  const std::string version = system_text(api.system.nvml_version);
  return {"nvml", version.empty() ? "NVML" : "NVML " + version, system_text(api.system.driver_version)};
}

}  // namespace

base::Result<std::unique_ptr<GpuMeter>> open_nvml_meter(const platform::Clock& clock, const std::string& library_path) {
  auto library = NvmlLibrary::open(library_path);
  if (!library) return base::failure(library.error());
  const NvmlApi& api = (*library)->api();
  NvmlApi::Count count = 0;
  if (const int code = api.system.device_count(&count); code != kNvmlSuccess && code != kNvmlNotFound) {
    return base::failure("the GPUs cannot be counted: " + (*library)->describe(code), no_gpu_remedy());
  }
  MeterSource source = source_of(api);
  std::vector<GpuDescription> gpus;
  std::vector<NvmlDevice> devices;
  std::vector<NvmlHandle> handles;
  std::string left_out;
  for (NvmlApi::Count index = 0; index < count; ++index) {
    NvmlHandle device = nullptr;
    const int code = api.system.device_by_index(index, &device);
    if (code != kNvmlSuccess) {
      base::add_item(left_out, "GPU " + std::to_string(index) + " left out: " + (*library)->describe(code));
      continue;
    }
    gpus.push_back(describe_gpu(api, device, static_cast<int>(index)));
    devices.emplace_back(api, device, clock);
    handles.push_back(device);
  }
  if (devices.empty()) {
    return base::failure(left_out.empty() ? "the NVIDIA driver finds no GPU" : "no GPU can be read: " + left_out,
                         no_gpu_remedy());
  }
  if (!left_out.empty()) source.description += " (" + left_out + ")";
  return std::make_unique<NvmlMeter>(std::move(*library), std::move(source), std::move(gpus), std::move(devices),
                                     std::move(handles), clock);
}

base::Result<std::unique_ptr<GpuMeter>> open_guarded_nvml_meter(const std::string& library_path, int interrupt_fd) {
  const auto open = [library_path](const platform::Clock& clock) { return open_nvml_meter(clock, library_path); };
  return GuardedMeter::open(open, std::make_shared<platform::SystemClock>(), {.interrupt_fd = interrupt_fd});
}

}  // namespace gpubench::meter
