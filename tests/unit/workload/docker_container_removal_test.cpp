// What is done about a container that failed, was not wanted any more or is over.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/workload/scripted_engine.h"
#include "workload/docker/own_containers.h"

namespace gpubench::workload {
namespace {

using testing::HasSubstr;

TEST_F(ContainerWorkloadTest, RefusedStartCleansUpAndTellsTheEnginesWords) {
  engine.script("POST /containers/start", {stub_answer(500, R"({"message":"could not select device driver \"nvidia\""})")});
  const base::Error error = failure();
  EXPECT_THAT(error.message, HasSubstr("could not select device driver"));
  EXPECT_THAT(error.remedy, HasSubstr("nvidia-container-toolkit"));
  EXPECT_EQ(engine.count("DELETE /containers"), 1);
}

TEST_F(ContainerWorkloadTest, RefusedAttachRemovesTheContainer) {
  engine.script("POST /containers/attach", {stub_answer(500, R"({"message":"no attach today"})")});
  EXPECT_THAT(failure().message, HasSubstr("no attach today"));
  EXPECT_EQ(engine.count("DELETE /containers"), 1);
}

TEST_F(ContainerWorkloadTest, LostAnswerToCreateIsRemovedByName) {
  engine.script("POST /containers/create", {"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{"});
  const base::Error error = failure();
  EXPECT_THAT(error.message, HasSubstr("could not create the container"));
  EXPECT_THAT(engine.last_target(), HasSubstr("/containers/iris-gpubench-r1?force=1"));
  EXPECT_THAT(error.message, HasSubstr("; the engine may still make the container iris-gpubench-r1"));
  EXPECT_THAT(error.remedy, HasSubstr("docker rm --force iris-gpubench-r1"));
}

TEST_F(ContainerWorkloadTest, WhatStaysBehindAfterARefusedStartIsSaid) {
  engine.script("POST /containers/start", {stub_answer(500, R"({"message":"no start today"})")});
  engine.script("DELETE /containers", {stub_answer(500, R"({"message":"driver failed to remove root filesystem"})")});
  const base::Error error = failure();
  EXPECT_THAT(error.message, HasSubstr("no start today; could not remove the container "));
  EXPECT_THAT(error.remedy, HasSubstr("docker rm --force " + kId));
  EXPECT_TRUE(workload->cleanup()) << "said once";
}

TEST_F(ContainerWorkloadTest, NameConflictDoesNotRemoveTheOther) {
  engine.script("POST /containers/create", {stub_answer(409, R"({"message":"name is in use"})")});
  EXPECT_THAT(failure().message, HasSubstr("name is in use"));
  workload.reset();
  EXPECT_EQ(engine.count("DELETE /containers/iris-gpubench-r1"), 0);
}

TEST_F(ContainerWorkloadTest, ARemovalThatTakesLongerThanItsRequestIsWaitedFor) {
  const std::string removing =
      stub_answer(200, R"({"State":{"Status":"removing","Running":false,"Dead":true},"Config":{"Tty":false}})");
  ASSERT_EQ(outcome().exit_code, 0);
  engine.script("DELETE /containers", {"HTTP/1.1 204 No", stub_answer(500, "asked twice")});
  engine.script("GET /containers/json", {removing, removing, stub_answer(404, R"({"message":"No such container"})")});
  const auto cleaned = workload->cleanup();
  EXPECT_TRUE(cleaned) << cleaned.error().message;
}

TEST_F(ContainerWorkloadTest, ARemovalThatTheEngineDoesNotWorkOnIsSaid) {
  ASSERT_EQ(outcome().exit_code, 0);
  engine.script("DELETE /containers", {"HTTP/1.1 204 No"});
  const auto cleaned = workload->cleanup();
  ASSERT_FALSE(cleaned);
  EXPECT_THAT(cleaned.error().message, HasSubstr("could not remove the container"));
  EXPECT_THAT(cleaned.error().remedy, HasSubstr("docker rm --force"));
}

TEST_F(ContainerWorkloadTest, ARemovalAtWhichTheEngineFailsIsAskedForAgain) {
  ASSERT_EQ(outcome().exit_code, 0);
  const std::string failed = stub_answer(500, R"({"message":"driver failed to remove root filesystem"})");
  engine.script("DELETE /containers", {failed, failed, stub_answer(204, "")});
  const auto cleaned = workload->cleanup();
  EXPECT_TRUE(cleaned) << cleaned.error().message;
  EXPECT_EQ(engine.count("DELETE /containers"), 3);
}

TEST_F(ContainerWorkloadTest, ARemovalAtWhichTheEngineGoesOnFailingIsSaidInItsWords) {
  ASSERT_EQ(outcome().exit_code, 0);
  engine.script("DELETE /containers", {stub_answer(500, R"({"message":"driver failed to remove root filesystem"})")});
  const auto cleaned = workload->cleanup();
  ASSERT_FALSE(cleaned);
  EXPECT_THAT(cleaned.error().message, HasSubstr("driver failed to remove root filesystem"));
}

TEST_F(ContainerWorkloadTest, OneLeftBehindIsRemovedWithTheSamePatience) {
  const std::string failed = stub_answer(500, R"({"message":"driver failed to remove root filesystem"})");
  engine.script("DELETE /containers", {failed, stub_answer(204, "")});
  EngineLocation location;
  location.host = engine.host();
  OwnContainer left;
  left.id = kId;
  const auto removed = remove_own_container(location, left, clock);
  EXPECT_TRUE(removed) << removed.error().message;
  EXPECT_EQ(engine.count("DELETE /containers"), 2);
}

TEST_F(ContainerWorkloadTest, CleanupToleratesAContainerThatIsGone) {
  engine.script("DELETE /containers", {stub_answer(404, R"({"message":"no such container"})")});
  EXPECT_EQ(outcome().exit_code, 0);
  EXPECT_TRUE(workload->cleanup());
}

}  // namespace
}  // namespace gpubench::workload
