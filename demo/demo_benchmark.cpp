// A benchmark to try iris-gpubench with: "trains" for about 20 s, draws a progress bar with "\r", ends with a score. It
// keeps every GPU busy through the CUDA driver (libcuda, loaded at run time; no CUDA toolkit needed), or else one CPU core.
// usage: demo-benchmark [--seconds N] [--results FOLDER]
// FOLDER (default: where iris-gpubench asks for results) gets metrics.yml with the score, `time:`, in seconds an epoch.
#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace {

using SteadyClock = std::chrono::steady_clock;

double seconds_since(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

// Something that can be kept busy in pieces of work.
class Device {
 public:
  virtual ~Device() = default;
  [[nodiscard]] virtual std::string name() const = 0;
  // One piece; `flop` of them are floating-point operations.
  virtual double work() = 0;
};

class CpuDevice final : public Device {
 public:
  CpuDevice() : a_(kSize * kSize, 1.5), b_(kSize * kSize, 0.5), c_(kSize * kSize, 0.0) {}
  [[nodiscard]] std::string name() const override { return "one CPU core (no GPU found)"; }
  double work() override {
    for (std::size_t i = 0; i < kSize; ++i) {
      for (std::size_t k = 0; k < kSize; ++k) {
        const double factor = a_[i * kSize + k];
        for (std::size_t j = 0; j < kSize; ++j) c_[i * kSize + j] += factor * b_[k * kSize + j];
      }
    }
    return 2.0 * kSize * kSize * kSize;
  }

 private:
  static constexpr std::size_t kSize = 256;
  std::vector<double> a_, b_, c_;
};

// Multiplies and adds in registers; eight independent chains hide the latency.
constexpr const char* kKernel = R"(
.version 6.0
.target sm_60
.address_size 64
.visible .entry burn(.param .u64 out, .param .u32 rounds)
{
  .reg .pred %p;
  .reg .b32 %r<6>;
  .reg .f32 %f<10>;
  .reg .b64 %rd<4>;
  mov.u32 %r1, %ctaid.x;
  mov.u32 %r2, %ntid.x;
  mov.u32 %r3, %tid.x;
  mad.lo.s32 %r4, %r1, %r2, %r3;
  ld.param.u64 %rd1, [out];
  ld.param.u32 %r5, [rounds];
  cvt.rn.f32.u32 %f8, %r4;
  mov.f32 %f9, 0f3F7FFFFE;
  mov.f32 %f0, %f8; mov.f32 %f1, %f8; mov.f32 %f2, %f8; mov.f32 %f3, %f8;
  mov.f32 %f4, %f8; mov.f32 %f5, %f8; mov.f32 %f6, %f8; mov.f32 %f7, %f8;
again:
  fma.rn.f32 %f0, %f0, %f9, %f8; fma.rn.f32 %f1, %f1, %f9, %f8;
  fma.rn.f32 %f2, %f2, %f9, %f8; fma.rn.f32 %f3, %f3, %f9, %f8;
  fma.rn.f32 %f4, %f4, %f9, %f8; fma.rn.f32 %f5, %f5, %f9, %f8;
  fma.rn.f32 %f6, %f6, %f9, %f8; fma.rn.f32 %f7, %f7, %f9, %f8;
  sub.u32 %r5, %r5, 1;
  setp.ne.u32 %p, %r5, 0;
  @%p bra again;
  add.f32 %f0, %f0, %f1; add.f32 %f2, %f2, %f3; add.f32 %f4, %f4, %f5; add.f32 %f6, %f6, %f7;
  add.f32 %f0, %f0, %f2; add.f32 %f4, %f4, %f6; add.f32 %f0, %f0, %f4;
  mul.wide.u32 %rd2, %r4, 4;
  add.s64 %rd3, %rd1, %rd2;
  st.global.f32 [%rd3], %f0;
  ret;
}
)";

// The CUDA driver API, as far as it is used here. Handles are pointers, a device pointer is 64 bits, 0 is success.
struct CudaDriver {
  int (*init)(unsigned) = nullptr;
  int (*device_count)(int*) = nullptr;
  int (*device_name)(char*, int, int) = nullptr;
  int (*retain_context)(void**, int) = nullptr;
  int (*set_context)(void*) = nullptr;
  int (*load_module)(void**, const void*) = nullptr;
  int (*get_function)(void**, void*, const char*) = nullptr;
  int (*allocate)(std::uint64_t*, std::size_t) = nullptr;
  int (*launch)(void*, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void*, void**,
                void**) = nullptr;
  int (*synchronize)() = nullptr;

  // Whether the driver is there with all of it.
  bool load() {
    void* library = dlopen("libcuda.so.1", RTLD_NOW);
    if (library == nullptr) return false;
    bool complete = true;
    const auto find = [&](auto& function, const char* symbol) {
      function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, symbol));
      complete = complete && function != nullptr;
    };
    find(init, "cuInit");
    find(device_count, "cuDeviceGetCount");
    find(device_name, "cuDeviceGetName");
    find(retain_context, "cuDevicePrimaryCtxRetain");
    find(set_context, "cuCtxSetCurrent");
    find(load_module, "cuModuleLoadData");
    find(get_function, "cuModuleGetFunction");
    find(allocate, "cuMemAlloc_v2");
    find(launch, "cuLaunchKernel");
    find(synchronize, "cuCtxSynchronize");
    return complete && init(0) == 0;
  }
};

// All GPUs of the machine, given the same work at once.
class GpuDevices final : public Device {
 public:
  // Null if there is no GPU that can be used.
  static std::unique_ptr<Device> find() {
    auto devices = std::unique_ptr<GpuDevices>(new GpuDevices);
    int count = 0;
    if (!devices->driver_.load() || devices->driver_.device_count(&count) != 0) return nullptr;
    for (int index = 0; index < count; ++index) devices->add(index);
    return devices->gpus_.empty() ? nullptr : std::unique_ptr<Device>(std::move(devices));
  }
  [[nodiscard]] std::string name() const override { return std::to_string(gpus_.size()) + " x " + name_; }
  double work() override {
    for (Gpu& gpu : gpus_) {
      unsigned rounds = kRounds;
      std::array<void*, 2> arguments = {&gpu.out, &rounds};
      if (driver_.set_context(gpu.context) != 0 ||
          driver_.launch(gpu.kernel, kBlocks, 1, 1, kThreads, 1, 1, 0, nullptr, arguments.data(), nullptr) != 0) {
        fail("could not start the kernel");
      }
    }
    for (const Gpu& gpu : gpus_) {
      if (driver_.set_context(gpu.context) != 0 || driver_.synchronize() != 0) fail("the kernel failed");
    }
    return 16.0 * kRounds * kBlocks * kThreads * static_cast<double>(gpus_.size());
  }

 private:
  struct Gpu {
    void* context = nullptr;
    void* kernel = nullptr;
    std::uint64_t out = 0;
  };
  static constexpr unsigned kBlocks = 4096;
  static constexpr unsigned kThreads = 256;
  static constexpr unsigned kRounds = 40000;

  GpuDevices() = default;
  static void fail(const char* what) {
    std::fprintf(stderr, "\ndemo-benchmark: %s\n", what);
    std::fflush(nullptr);
    std::_Exit(1);
  }
  void add(int index) {
    Gpu gpu;
    void* module = nullptr;
    if (driver_.retain_context(&gpu.context, index) != 0 || driver_.set_context(gpu.context) != 0 ||
        driver_.load_module(&module, kKernel) != 0 || driver_.get_function(&gpu.kernel, module, "burn") != 0 ||
        driver_.allocate(&gpu.out, std::size_t{kBlocks} * kThreads * sizeof(float)) != 0) {
      return;
    }
    std::array<char, 96> name{};
    driver_.device_name(name.data(), static_cast<int>(name.size()), index);
    name_ = name.data();
    gpus_.push_back(gpu);
  }

  CudaDriver driver_;
  std::string name_;
  std::vector<Gpu> gpus_;
};

void draw_progress(int epoch, double share, double flop_per_second) {
  constexpr int kWidth = 20;
  const int done = static_cast<int>(share * kWidth);
  std::printf("\rEpoch %d: %3.0f%%|%s%s| %.1f GFLOP/s ", epoch, 100 * share,
              std::string(static_cast<std::size_t>(done), '#').c_str(),
              std::string(static_cast<std::size_t>(kWidth - done), ' ').c_str(), flop_per_second / 1e9);
  std::fflush(stdout);
}

// A phase of the run, in the lines that sciml-bench writes.
class Phase {
 public:
  explicit Phase(const char* name) : name_(name) {
    std::printf("<BEGIN> %s\n", name_);
    std::fflush(stdout);
  }
  Phase(const Phase&) = delete;
  Phase& operator=(const Phase&) = delete;
  ~Phase() {
    std::printf("<ENDED> %s [ELAPSED = %.3f sec]\n", name_, seconds_since(start_));
    std::fflush(stdout);
  }

 private:
  const char* name_;
  SteadyClock::time_point start_ = SteadyClock::now();
};

// Pieces of work that take about a second: so much is an epoch.
int pieces_in_a_second(Device& device) {
  const Phase phase("Preparation");
  device.work();  // the first one pays for the start of the device
  const auto start = SteadyClock::now();
  device.work();
  return std::max(1, static_cast<int>(1.0 / std::max(1e-6, seconds_since(start))));
}

// Returns the seconds that the epoch took.
double run_epoch(Device& device, int epoch, int pieces) {
  const auto start = SteadyClock::now();
  auto drawn = start;
  double flop = 0;
  for (int piece = 1; piece <= pieces; ++piece) {
    flop += device.work();
    if (piece == pieces || seconds_since(drawn) > 0.1) {
      draw_progress(epoch, static_cast<double>(piece) / pieces, flop / seconds_since(start));
      drawn = SteadyClock::now();
    }
  }
  std::printf("\n");
  return seconds_since(start);
}

int train(double seconds, const std::string& results) {
  std::unique_ptr<Device> device = GpuDevices::find();
  if (!device) device = std::make_unique<CpuDevice>();
  std::printf("Demo benchmark on %s\n", device->name().c_str());
  const auto start = SteadyClock::now();
  const int pieces = pieces_in_a_second(*device);
  int epochs = 0;
  double total = 0;
  {
    const Phase phase("Training");
    while (seconds_since(start) < seconds) total += run_epoch(*device, epochs++, pieces);
  }
  const double score = epochs > 0 ? total / epochs : 0;
  std::printf("Demo benchmark: %d epochs, score %.3f s an epoch\n", epochs, score);
  if (results.empty()) return 0;
  std::filesystem::create_directories(results);
  std::ofstream file(std::filesystem::path(results) / "metrics.yml");
  file << "time: " << score << "\n";
  return file.flush() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  // The first process of a container ignores signals that it does not handle.
  std::signal(SIGTERM, [](int) { std::_Exit(143); });
  std::signal(SIGINT, [](int) { std::_Exit(130); });
  double seconds = 20;
  // Where iris-gpubench asks a command to leave its results.
  const char* folder = std::getenv("IRIS_GPUBENCH_RESULTS");  // NOLINT(concurrency-mt-unsafe): one thread
  std::string results = folder != nullptr ? folder : "";
  for (int i = 1; i < argc; i += 2) {
    const std::string_view option = argv[i];
    if (option == "--seconds" && i + 1 < argc) {
      seconds = std::atof(argv[i + 1]);
    } else if (option == "--results" && i + 1 < argc) {
      results = argv[i + 1];
    } else {
      std::fprintf(stderr, "usage: demo-benchmark [--seconds N] [--results FOLDER]\n");
      return 2;
    }
  }
  return train(seconds, results);
}
