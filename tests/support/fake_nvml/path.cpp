#include "support/fake_nvml/path.h"

namespace gpubench::support {

const char* fake_nvml_path() {
  return FAKE_NVML_PATH;
}

}  // namespace gpubench::support
