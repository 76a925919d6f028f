#include "support/places/places.h"

namespace gpubench::support {

std::string source_folder() {
  return GPUBENCH_SOURCE_DIR;
}

}  // namespace gpubench::support
