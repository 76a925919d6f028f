#include "workload/open.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/clock.h"

namespace gpubench::workload {
namespace {

class NoLog final : public LogSink {
 public:
  void write(LogStream /*stream*/, std::string_view /*bytes*/) override {}
};

TEST(OpenWorkload, AVariableWithoutAValueIsRefused) {
  const platform::SystemClock clock;
  NoLog log;
  WorkloadContext context;
  context.gpus = {{}};
  context.logs = {&log};
  for (const char* variable : {"NAME", "=value", ""}) {
    WorkloadSpec spec;
    spec.engine.host = "unix:///nonexistent/docker.sock";
    spec.benchmarks.emplace_back();
    spec.benchmarks.front().image = "img";
    spec.benchmarks.front().environment = {"GOOD=", variable};
    const auto opened = open_workload(spec, context, clock);
    ASSERT_FALSE(opened) << variable;
    EXPECT_THAT(opened.error().message, testing::HasSubstr("is not NAME=VALUE"));
    spec.benchmarks.front().environment = {"GOOD=", "ALSO=a=b"};
    EXPECT_TRUE(open_workload(spec, context, clock));
  }
}

}  // namespace
}  // namespace gpubench::workload
