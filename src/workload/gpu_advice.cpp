#include "workload/gpu_advice.h"

namespace gpubench::workload {

std::string gpu_advice(std::string_view engine) {
  const std::string install = "install nvidia-container-toolkit, then ";
  const std::string otherwise = "; --gpu-access names other ways";
  if (engine.starts_with("Podman"))
    return install + "describe the GPUs to Podman: nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml" + otherwise;
  return install + "let Docker use it: nvidia-ctk runtime configure --runtime=docker, and restart Docker" + otherwise;
}

}  // namespace gpubench::workload
