// What the adapter reads in an engine's answers: times, versions, images, states, errors; and how it addresses one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <string>

#include "workload/docker/container_state.h"
#include "workload/docker/container_streams.h"
#include "workload/docker/engine/address.h"
#include "workload/docker/engine/client.h"
#include "workload/docker/engine/time.h"
#include "workload/docker/images.h"

namespace gpubench::workload {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(EngineTime, ReadsNanosecondsAndOffsets) {
  const auto time = parse_engine_time("2026-11-22T12:25:54.390460816Z");
  ASSERT_TRUE(time);
  EXPECT_EQ(time->time_since_epoch().count(), 1795350354390460816);
  EXPECT_EQ(parse_engine_time("2026-11-22T13:25:54.390460816+01:00"), time);
  EXPECT_EQ(parse_engine_time("2026-11-22T07:55:54.390460816-04:30"), time);
  EXPECT_EQ(*parse_engine_time("2026-11-22T12:25:54.5Z") - *parse_engine_time("2026-11-22T12:25:54Z"), 500ms);
  EXPECT_EQ(parse_engine_time("2024-02-29T00:00:00Z")->time_since_epoch(), 1709164800s);
}

TEST(EngineTime, WhatIsNoTimeIsNone) {
  for (const char* text :
       {"", "0001-01-01T00:00:00Z", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22",
        "2026-11-22T12:25:54", "2026-11-22T12:25:54.Z", "2026-11-22T12:25:54Zx", "2026-11-22T12:25:54+1:00", "x",
        "9999-11-22T12:25:54Z", "2026-11-22 12:25:54Z", "2026-11-22T12:25:-4Z"}) {
    EXPECT_EQ(parse_engine_time(text), std::nullopt) << text;
  }
}

TEST(ApiVersion, TheLowerOneIsTaken) {
  EXPECT_EQ(common_api_version("1.41", "1.50"), "1.41");
  EXPECT_EQ(common_api_version("1.56", "1.50"), "1.50");
  EXPECT_EQ(common_api_version("1.9", "1.50"), "1.9");
  for (const char* text : {"", "1.", "2.0", "1.x", "1.41x", "1.-1", "HTML"})
    EXPECT_EQ(common_api_version(text, "1.50"), "") << text;
}

TEST(EngineWords, JsonMessageOrPlainTextWithoutControls) {
  EXPECT_EQ(engine_words(R"({"message":"no such image"})"), "no such image");
  EXPECT_EQ(engine_words("plain\x1b[31m text\n"), "plain [31m text");
  EXPECT_EQ(engine_words("C1 \xc2\x9b"
                         "31m text"),
            "C1 31m text")
      << "an escape sequence to some terminals";
  EXPECT_EQ(engine_words(R"({"message":7})"), R"({"message":7})");
  EXPECT_LT(engine_words(std::string(100000, 'x')).size(), 1000U);
  EXPECT_EQ(engine_words(platform::HttpResponse{502, {}, ""}), "status 502");
}

TEST(WaitAnswer, OnlyARealCodeIsACode) {
  EXPECT_EQ(parse_wait_answer(R"({"StatusCode":0,"Error":null})"), 0);
  EXPECT_EQ(parse_wait_answer(R"({"StatusCode":137})"), 137);
  for (const char* body :
       {"", "{}", "{", R"({"StatusCode":)", R"({"StatusCode":null})", R"({"StatusCode":"0"})", R"({"StatusCode":-1})",
        R"({"StatusCode":256})", R"({"StatusCode":0.0})", "[]", "0", "null", "<html>"}) {
    EXPECT_EQ(parse_wait_answer(body), std::nullopt) << body;
  }
}

TEST(ContainerState, ExitCodeOnlyOnceEnded) {
  const auto code = [](const std::string& state) { return parse_container_state("{\"State\":" + state + "}")->exit_code; };
  EXPECT_EQ(code(R"({"Status":"exited","Running":false,"ExitCode":7})"), 7);
  EXPECT_EQ(code(R"({"Status":"running","Running":true,"ExitCode":0})"), std::nullopt);
  EXPECT_EQ(code(R"({"Status":"created","Running":false,"ExitCode":0})"), std::nullopt);
  EXPECT_EQ(code(R"({"Status":"exited","Running":false})"), std::nullopt);
  EXPECT_EQ(code(R"({"Status":"exited","Running":false,"ExitCode":-1})"), std::nullopt);
  for (const char* body : {"", "[]", "{}", "{\"State\":3}"}) EXPECT_FALSE(parse_container_state(body)) << body;
}

TEST(ContainerState, ReadsMemoryErrorAndTerminal) {
  const auto state = parse_container_state(
      R"({"State":{"Status":"exited","OOMKilled":true,"Error":"bad\nthing","StartedAt":"2026-01-01T00:00:00Z"},"Config":{"Tty":true}})");
  ASSERT_TRUE(state);
  EXPECT_TRUE(state->out_of_memory);
  EXPECT_TRUE(state->has_terminal);
  EXPECT_EQ(state->error, "bad thing");
  EXPECT_TRUE(state->started);
  EXPECT_FALSE(state->finished);
}

class RealWindow : public testing::Test {
 protected:
  static base::SteadyTime at(base::Duration since_origin) { return base::SteadyTime(1000s) + since_origin; }
  static base::WallTime wall(base::Duration since_origin) { return base::WallTime(2000s) + since_origin; }
  const base::ClockAnchor anchor{at(0s), wall(0s)};
  RunBrackets brackets{at(0s), at(1s), at(10s), anchor, anchor};
  ContainerState state;
};

TEST_F(RealWindow, EnginesTimesBetweenOurs) {
  state.started = wall(500ms);
  state.finished = wall(9500ms);
  EXPECT_EQ(real_window(state, brackets), (base::Window{at(500ms), at(9500ms)}));
}

TEST_F(RealWindow, OursWhereTheEnginesAreMissingOrOutside) {
  EXPECT_EQ(real_window(state, brackets), (base::Window{at(1s), at(10s)}));
  state.started = wall(2s);
  state.finished = wall(11s);
  EXPECT_EQ(real_window(state, brackets), (base::Window{at(1s), at(10s)}));
  state.started = wall(-1h);
  state.finished = wall(1h);
  EXPECT_EQ(real_window(state, brackets), (base::Window{at(1s), at(10s)}));
}

TEST_F(RealWindow, ClockSteppedDuringTheRun) {
  brackets.at_end = {at(10s), wall(3610s)};
  state.started = wall(500ms);
  state.finished = wall(3609s);
  EXPECT_EQ(real_window(state, brackets), (base::Window{at(500ms), at(9s)}));
}

TEST_F(RealWindow, NeverEmptyOrBackwards) {
  state.started = wall(900ms);
  state.finished = wall(800ms);  // noted in that order by a real engine
  EXPECT_GT(real_window(state, brackets).length(), 0ns);
  brackets.end_seen = at(900ms);
  EXPECT_GT(real_window(state, brackets).length(), 0ns);
}

std::vector<Image> some_images() {
  const auto images = parse_images(R"([
    {"Id":"sha256:aaaaaaaaaaaa1111","RepoTags":["dummy:latest","dummy:2"],"RepoDigests":["dummy@sha256:dd"]},
    {"Id":"sha256:bbbbbbbbbbbb2222","RepoTags":["sciml_base:latest"],"RepoDigests":null},
    {"Id":"sha256:cccccccccccc3333","RepoTags":["<none>:<none>"]},
    {"Id":"sha256:cccccccccccc4444","RepoTags":null},
    {"Id":"sha256:eeeeeeeeeeee5555","RepoTags":["localhost/podman_built:latest","docker.io/library/hub:latest","host:5000/mine:1"]},
    {"NoId":1}, 7])");
  return *images;
}

TEST(Images, AreFoundByExactlyTheirName) {
  const auto images = some_images();
  const auto id = [&](const char* name) { return find_image(images, name).value().id; };
  EXPECT_THAT(id("dummy"), HasSubstr("1111"));
  EXPECT_THAT(id("dummy:latest"), HasSubstr("1111"));
  EXPECT_THAT(id("dummy:2"), HasSubstr("1111"));
  EXPECT_THAT(id("dummy@sha256:dd"), HasSubstr("1111"));
  EXPECT_THAT(id("aaaaaaaaaaaa"), HasSubstr("1111"));
  EXPECT_THAT(id("sha256:aaaaaaaaaaaa1111"), HasSubstr("1111"));
  EXPECT_THAT(id("cccccccccccc33"), HasSubstr("3333"));
  EXPECT_THAT(id("podman_built"), HasSubstr("5555"));
  EXPECT_THAT(id("localhost/podman_built:latest"), HasSubstr("5555"));
  EXPECT_THAT(id("hub"), HasSubstr("5555"));
  EXPECT_THAT(id("host:5000/mine:1"), HasSubstr("5555"));
}

// Those of Podman have their registry in the name, those of Docker Hub in Docker have none.
TEST(Images, OneThatIsNamedInFullIsNeverAnother) {
  const Image local{"sha256:1111", {"localhost/train:latest"}, {"localhost/train@sha256:aa"}};
  const Image of_podman{"sha256:2222", {"docker.io/library/train:latest"}, {"docker.io/library/train@sha256:aa"}};
  const Image of_docker{"sha256:3333", {"train:latest"}, {"train@sha256:aa"}};
  for (const Image& hub : {of_podman, of_docker}) {
    for (const auto& images : {std::vector{local, hub}, std::vector{hub, local}}) {
      const auto id = [&images](const std::string& name) { return find_image(images, name).value().id; };
      for (const char* rest : {"", ":latest", "@sha256:aa"}) {
        EXPECT_EQ(id(std::string("localhost/train") + rest), local.id) << rest;
        EXPECT_EQ(id(std::string("docker.io/library/train") + rest), hub.id) << rest;
        EXPECT_EQ(id(std::string("docker.io/train") + rest), hub.id) << rest;
      }
    }
    EXPECT_FALSE(find_image({hub}, "localhost/train"));
  }
  EXPECT_FALSE(find_image({local}, "docker.io/library/train"));
  EXPECT_EQ(find_image({local}, "train").value().id, local.id);
  EXPECT_EQ(find_image({local, of_docker}, "train").value().id, of_docker.id) << "Docker's full name for it";
}

TEST(Images, AShortNameOfTwoIsAnErrorThatNamesBoth) {
  const Image local{"sha256:1111", {"localhost/train:latest"}, {}};
  Image hub{"sha256:2222", {"docker.io/library/train:latest"}, {}};
  for (const auto& images : {std::vector{local, hub}, std::vector{hub, local}}) {
    const auto found = find_image(images, "train");
    ASSERT_FALSE(found);
    EXPECT_THAT(found.error().message, HasSubstr("\"train\" fits more than one image: "));
    EXPECT_THAT(found.error().message, HasSubstr("localhost/train:latest"));
    EXPECT_THAT(found.error().message, HasSubstr("docker.io/library/train:latest"));
    EXPECT_THAT(found.error().remedy, HasSubstr("in full"));
  }
  hub.id = local.id;
  EXPECT_EQ(find_image({local, hub}, "train").value().id, local.id) << "one image of two names";
}

TEST(Images, NearMissesAreNotFound) {
  for (const char* name : {"", "dumm", "dummy:", "dummy:1", "Dummy", "ummy", "mine", "host:5000/mine", "aaaaaaaaaaa",
                           "dummy@sha256:d", "<none>", "<none>:<none>", "-v", "../../x", "a;rm -rf /"}) {
    EXPECT_FALSE(find_image(some_images(), name)) << name;
  }
}

TEST(Images, AmbiguousIdIsSaid) {
  EXPECT_THAT(find_image(some_images(), "cccccccccccc").error().message, HasSubstr("more than one"));
}

TEST(Images, ErrorListsTheRunnableOnes) {
  const auto found = find_image(some_images(), "nothing");
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().message, HasSubstr("\"nothing\""));
  EXPECT_THAT(found.error().message, HasSubstr("available images: dummy, dummy:2, host:5000/mine:1, hub, podman_built"));
}

TEST(Images, BaseImagesAreLeftOut) {
  EXPECT_THAT(runnable_image_names(some_images()),
              ElementsAre("dummy", "dummy:2", "host:5000/mine:1", "hub", "podman_built"));
}

TEST(Images, ReferenceIsTheNameWhereTheEngineKnowsIt) {
  const auto images = some_images();
  EXPECT_EQ(reference_of(images[0], "dummy"), "dummy");
  EXPECT_EQ(reference_of(images[0], "aaaaaaaaaaaa"), "sha256:aaaaaaaaaaaa1111");
  EXPECT_EQ(reference_of(images[4], "podman_built"), "sha256:eeeeeeeeeeee5555");
}

TEST(Images, BrokenListIsAnError) {
  for (const char* text : {"", "{}", "[", "null", "<html>"}) EXPECT_FALSE(parse_images(text)) << text;
}

TEST(DockerHost, IsRead) {
  EXPECT_EQ(parse_docker_host("")->unix_socket, "/var/run/docker.sock");
  EXPECT_EQ(parse_docker_host("unix:///run/x.sock")->unix_socket, "/run/x.sock");
  EXPECT_EQ(parse_docker_host("tcp://127.0.0.1:99")->base_url, "http://127.0.0.1:99");
  EXPECT_EQ(parse_docker_host("tcp://host")->base_url, "http://host:2375");
  EXPECT_EQ(parse_docker_host("tcp://host:1/")->base_url, "http://host:1");
  EXPECT_EQ(parse_docker_host("tcp://[::1]")->base_url, "http://[::1]:2375");
  EXPECT_FALSE(parse_docker_host("tcp://127.0.0.1:99")->is_remote());
  EXPECT_TRUE(parse_docker_host("tcp://10.0.0.1:99")->is_remote());
  EXPECT_FALSE(parse_docker_host("")->is_remote());
}

TEST(DockerHost, WhatCannotBeUsedIsSaid) {
  for (const char* value :
       {"x", "unix://", "unix://relative", "tcp://", "tcp://a b", "tcp://u:p@h", "tcp://h/path", "npipe:////./x"}) {
    EXPECT_FALSE(parse_docker_host(value)) << value;
  }
  EXPECT_THAT(parse_docker_host("https://host").error().remedy, HasSubstr("DOCKER_TLS_VERIFY"));
}

TEST(Unreachable, RemedyFitsTheCause) {
  const std::string file = testing::TempDir() + "not-a-socket-" + std::to_string(getpid());
  std::ofstream(file) << "x";
  EXPECT_THAT(explain_unreachable({"http://localhost", file}, {"refused", ""}).remedy, HasSubstr("not a socket"));
  ::unlink(file.c_str());
  EXPECT_THAT(explain_unreachable({"http://localhost", file}, {"missing", ""}).remedy, HasSubstr("install Docker"));
  EXPECT_THAT(explain_unreachable({"http://h:1", ""}, {"refused", ""}).remedy, HasSubstr("DOCKER_HOST"));
  EXPECT_THAT(explain_unreachable({"http://h:1", ""}, {"no complete answer from h within 8 s", ""}).remedy,
              HasSubstr("does not answer"));
  EXPECT_EQ(explain_unreachable({"http://h:1", ""}, {"x", "its own"}).remedy, "its own");
}

}  // namespace
}  // namespace gpubench::workload
