#include "workload/gpu_advice.h"

#include <gmock/gmock.h>

namespace gpubench::workload {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(GpuAdvice, IsThatOfTheEngine) {
  EXPECT_THAT(gpu_advice("Docker 29.0.1"), HasSubstr("--runtime=docker"));
  EXPECT_THAT(gpu_advice("Podman 4.3.1"), HasSubstr("nvidia-ctk cdi generate"));
  EXPECT_THAT(gpu_advice("Podman 4.3.1"), Not(HasSubstr("Docker")));
}

}  // namespace
}  // namespace gpubench::workload
