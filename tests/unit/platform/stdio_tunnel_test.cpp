#include "platform/stdio_tunnel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <thread>
#include <vector>

#include "platform/http_client.h"
#include "platform/process.h"

namespace gpubench::platform {
namespace {

HttpRequest request_through(const StdioTunnel& tunnel) {
  HttpRequest request;
  request.url = "http://localhost/x";
  request.unix_socket = tunnel.socket_path();
  return request;
}

TEST(StdioTunnel, EachConnectionIsAProgram) {
  // Reads the request's head (to the line that is only "\r": closing with bytes unread would look broken) and answers with
  // its first line.
  auto tunnel = StdioTunnel::open({"sh", "-c",
                                   "read -r first; while read -r line; do case $line in ?) break;; esac; done; "
                                   "printf 'HTTP/1.1 200 OK\\r\\nConnection: close\\r\\n\\r\\n%s' \"$first\""});
  ASSERT_TRUE(tunnel);
  const auto http = make_http_client();
  for (int i = 0; i < 3; ++i) {
    const auto answer = http->perform(request_through(**tunnel));
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->body.substr(0, 6), "GET /x");
  }
  const std::string socket = (*tunnel)->socket_path();
  tunnel->reset();
  EXPECT_FALSE(std::filesystem::exists(std::filesystem::path(socket).parent_path()));
}

TEST(StdioTunnel, AProgramThatIsNotThereIsAConnectionThatEnds) {
  auto tunnel = StdioTunnel::open({"no-such-program-here"});
  ASSERT_TRUE(tunnel);
  EXPECT_FALSE(make_http_client()->perform(request_through(**tunnel)));
}

TEST(StdioTunnel, EndsProgramsThatStillRun) {
  auto tunnel = StdioTunnel::open({"sleep", "1000"});
  ASSERT_TRUE(tunnel);
  HttpRequest request = request_through(**tunnel);
  request.timeout = std::chrono::milliseconds(50);
  EXPECT_FALSE(make_http_client()->perform(request));
}

TEST(StdioTunnel, ManyAtOnceOfWhichSomeGoInTheMiddle) {
  auto tunnel =
      StdioTunnel::open({"sh", "-c",
                         "while read -r line; do case $line in ?) break;; esac; done; "
                         "printf 'HTTP/1.1 200 OK\\r\\nConnection: close\\r\\n\\r\\nhere'; exec sleep 0.0$(($$ % 4))"});
  ASSERT_TRUE(tunnel);
  std::atomic<int> answered = 0;
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 4; ++caller) {
    callers.emplace_back([&, caller] {
      const auto http = make_http_client();
      HttpRequest request = request_through(**tunnel);
      for (int i = 0; i < 5; ++i) {
        request.timeout = i == caller ? std::chrono::milliseconds(1) : std::chrono::seconds(30);
        const auto answer = http->perform(request);
        answered += answer && answer->body == "here" ? 1 : 0;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_GE(answered, 16);
}

TEST(StdioTunnel, EndsWhileProgramsAreBeingStarted) {
  for (int round = 0; round < 10; ++round) {
    auto tunnel = StdioTunnel::open({"sleep", "1000"});
    ASSERT_TRUE(tunnel);
    std::thread caller([request = request_through(**tunnel)]() mutable {
      request.timeout = std::chrono::seconds(30);
      EXPECT_FALSE(make_http_client()->perform(request));
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(round));
    tunnel->reset();
    caller.join();
  }
}

TEST(Identity, OfThisProcessAndOfOthers) {
  const std::string own = own_identity();
  EXPECT_EQ(presence_of(own), Presence::running);
  EXPECT_EQ(presence_of(own + "1"), Presence::gone) << "another start";
  EXPECT_EQ(presence_of(""), Presence::unknown);
  EXPECT_EQ(presence_of("another-host x pid:[1] 1 1"), Presence::unknown);
  const std::string other_boot = host_name() + " another-boot pid:[1] 1 1";
  EXPECT_EQ(presence_of(other_boot), Presence::gone) << "before this machine was started again";
  EXPECT_EQ(presence_of(other_boot, /*on_this_machine=*/false), Presence::unknown) << "or one of the same name";
}

}  // namespace
}  // namespace gpubench::platform
