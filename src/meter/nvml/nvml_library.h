// The driver's library, loaded at run time: the program starts, and replays, on machines that have no NVIDIA driver.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "meter/nvml/nvml_api.h"

namespace gpubench::meter {

// libnvidia-ml.so.1, initialised once (repeated initialisation is slow and has hung on some drivers); shut down at the end.
class NvmlLibrary {
 public:
  // With a path only that file is tried, else the loader's and the drivers' usual places.
  static base::Result<std::unique_ptr<NvmlLibrary>> open(const std::string& path = {});
  ~NvmlLibrary();
  NvmlLibrary(const NvmlLibrary&) = delete;
  NvmlLibrary& operator=(const NvmlLibrary&) = delete;

  [[nodiscard]] const NvmlApi& api() const { return api_; }
  // "GPU is lost (NVML code 15)"
  [[nodiscard]] std::string describe(int code) const;

 private:
  explicit NvmlLibrary(void* library);
  base::Result<void> initialise();

  void* library_;
  NvmlApi api_;
  bool initialised_ = false;
};

// What the user can do when there is no GPU to be read; the end of every such error.
std::string no_gpu_remedy();

}  // namespace gpubench::meter
