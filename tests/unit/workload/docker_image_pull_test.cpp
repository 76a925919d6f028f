#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "workload/docker/image_pull.h"

namespace gpubench::workload {
namespace {

using testing::HasSubstr;

TEST(PullReport, ProgressOverLayers) {
  PullReport report;
  report.feed("{\"status\":\"Pulling from library/x\",\"id\":\"latest\"}\r\n");
  EXPECT_EQ(report.progress(), "");
  report.feed(R"({"status":"Pulling fs layer","id":"a"})"
              "\n"
              R"({"status":"Already exists","id":"b"})"
              "\n"
              R"({"status":"Downloading","id":"a","progressDetail":{"current":2097152,"total":10485760}})"
              "\n");
  EXPECT_EQ(report.progress(), "1 of 2 layers, 2 of 10 MiB");
  report.feed("{\"status\":\"Pull complete\",\"id\":\"a\"}\n");
  EXPECT_EQ(report.progress(), "2 of 2 layers, 10 of 10 MiB");
  EXPECT_TRUE(report.finish());
}

TEST(PullReport, ErrorsWithinTheStreamCutAnywhere) {
  const std::string stream =
      "{\"status\":\"Pulling\",\"id\":\"a\"}\n{\"errorDetail\":{\"message\":\"no space left\"},\"error\":\"no space left\"}";
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    PullReport report;
    report.feed(stream.substr(0, cut));
    report.feed(stream.substr(cut));
    const auto finished = report.finish();
    ASSERT_FALSE(finished);
    EXPECT_EQ(finished.error().message, "no space left");
  }
}

TEST(PullReport, StrangeObjects) {
  for (const char* text : {"<html>", "[]", "{\"error\":5}", "{\"errorDetail\":null}", "{\"error\":\"x\\u001b[31m\"}"}) {
    PullReport report;
    report.feed(text);
    ASSERT_FALSE(report.finish()) << text;
    EXPECT_EQ(report.finish().has_value(), false);
  }
  PullReport endless;
  for (int i = 0; i < 40; ++i) endless.feed(std::string(100'000, 'x'));
  endless.feed("\n{\"status\":\"ok\"}\n");
  EXPECT_TRUE(endless.finish());
}

TEST(PullQuery, TagsDigestsPortsAndOddNames) {
  EXPECT_EQ(pull_query("img"), "fromImage=img&tag=latest");
  EXPECT_EQ(pull_query("img:1"), "fromImage=img&tag=1");
  EXPECT_EQ(pull_query("host:5000/a/img"), "fromImage=host%3A5000%2Fa%2Fimg&tag=latest");
  EXPECT_EQ(pull_query("host:5000/img:2"), "fromImage=host%3A5000%2Fimg&tag=2");
  EXPECT_EQ(pull_query("img@sha256:00"), "fromImage=img&tag=sha256%3A00");
  EXPECT_EQ(pull_query("a&b\n"), "fromImage=a%26b%0A&tag=latest");
}

}  // namespace
}  // namespace gpubench::workload
