// The fake NVML on a clock that the test moves: meter and driver see the same time, steps of the wall clock included.
#pragma once

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>

#include "meter/nvml/nvml_meter.h"
#include "platform/clock.h"
#include "support/fake_nvml/fake_nvml.h"
#include "support/fake_nvml/path.h"

namespace gpubench::meter {

class FakeDriver final : public platform::Clock {
 public:
  FakeDriver() : library_(dlopen(support::fake_nvml_path(), RTLD_NOW | RTLD_LOCAL)) {
    set_clock_ = reinterpret_cast<FakeNvmlSetClock>(dlsym(library_, "fake_nvml_set_clock"));
    calls_ = reinterpret_cast<FakeNvmlCalls>(dlsym(library_, "fake_nvml_calls"));
    tell();
  }
  ~FakeDriver() override { dlclose(library_); }

  [[nodiscard]] base::SteadyTime now() const override { return steady_; }
  [[nodiscard]] base::WallTime wall_now() const override { return wall_; }
  void sleep_until(base::SteadyTime time) const override { const_cast<FakeDriver*>(this)->advance(time - steady_); }

  void advance(base::Duration by) {
    steady_ += by;
    wall_ += by;
    tell();
  }
  void step_wall(base::Duration by) {
    wall_ += by;
    tell();
  }
  [[nodiscard]] int calls(const std::string& name) const { return calls_(name.c_str()); }

  base::Result<std::unique_ptr<GpuMeter>> try_open(const std::string& script) {
    const std::string path = testing::TempDir() + "fake_nvml_" + std::to_string(getpid()) + ".script";
    std::ofstream(path) << script;
    setenv("FAKE_NVML_SCRIPT", path.c_str(), 1);
    return open_nvml_meter(*this, support::fake_nvml_path());
  }
  std::unique_ptr<GpuMeter> open(const std::string& script) {
    auto meter = try_open(script);
    EXPECT_TRUE(meter) << meter.error().message;
    start_ = steady_;
    return meter ? std::move(*meter) : nullptr;
  }
  // Time since the meter was opened, which is the script's time.
  [[nodiscard]] base::Duration script_time(base::SteadyTime time) const { return time - start_; }

 private:
  void tell() const { set_clock_(steady_.time_since_epoch().count(), wall_.time_since_epoch().count()); }

  void* library_;
  FakeNvmlSetClock set_clock_ = nullptr;
  FakeNvmlCalls calls_ = nullptr;
  base::SteadyTime steady_{std::chrono::hours(1)};
  base::WallTime wall_{std::chrono::hours(480000)};  // in 2024
  base::SteadyTime start_;
};

}  // namespace gpubench::meter
