#include "platform/http_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <string>
#include <vector>

#include "platform/clock.h"
#include "platform/http_client.h"

namespace gpubench::platform {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(ListenAddress, APortAloneIsForThisMachine) {
  for (const char* text : {"9100", ":9100"}) {
    const auto address = parse_listen_address(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->text(), "127.0.0.1:9100");
  }
}

TEST(ListenAddress, HostsAndBrackets) {
  EXPECT_EQ(parse_listen_address("0.0.0.0:0")->text(), "0.0.0.0:0");
  EXPECT_EQ(parse_listen_address("localhost:65535")->text(), "localhost:65535");
  EXPECT_EQ(parse_listen_address("[::1]:9100")->host, "::1");
  EXPECT_EQ(parse_listen_address("[::1]:9100")->text(), "[::1]:9100");
}

TEST(ListenAddress, WhatIsNone) {
  for (const char* text : {"", ":", "x", "1.2.3.4", "1.2.3.4:", ":65536", ":-1", ":+1", "9100 ", "::1:9100", "[::1:9100",
                           "[]:9100", "http://127.0.0.1:9100", "me@host:9100", ":9100/metrics"}) {
    const auto address = parse_listen_address(text);
    ASSERT_FALSE(address) << text;
    EXPECT_THAT(address.error().message, HasSubstr(text));
    EXPECT_FALSE(address.error().remedy.empty());
  }
}

TEST(ListenAddress, APortInUseIsToldWithARemedy) {
  const auto first = listen_at({"127.0.0.1", 0});
  ASSERT_TRUE(first);
  const auto second = listen_at(first->address);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr(first->address.text() + ": Address already in use"));
  EXPECT_THAT(second.error().remedy, HasSubstr("another port"));
  close(first->fd);
  const auto again = listen_at(first->address);
  ASSERT_TRUE(again);
  close(again->fd);
}

TEST(ListenAddress, AnAddressOfAnotherMachine) {
  for (const char* host : {"192.0.2.1", "no-such-host.invalid"}) {
    const auto socket = listen_at({host, 0});
    ASSERT_FALSE(socket) << host;
    EXPECT_THAT(socket.error().message, HasSubstr(host));
    EXPECT_THAT(socket.error().remedy, HasSubstr("0.0.0.0"));
  }
}

class HttpServerTest : public testing::Test {
 protected:
  void SetUp() override {
    auto started = HttpServer::start({}, {"/metrics", "text/plain; version=0.0.4", [this] {
                                            ++asked_;
                                            return std::string("up 1\n");
                                          }});
    ASSERT_TRUE(started) << started.error().message;
    server_ = std::move(*started);
  }

  [[nodiscard]] std::string origin() const { return server_->url().substr(0, server_->url().rfind('/')); }

  [[nodiscard]] HttpResponse ask(const std::string& method, const std::string& path, std::string body = {}) const {
    HttpRequest request;
    request.method = method;
    request.url = origin() + path;
    request.body = std::move(body);
    const auto answer = make_http_client()->perform(request);
    EXPECT_TRUE(answer) << answer.error().message;
    return answer.value_or(HttpResponse{});
  }

  [[nodiscard]] int connect_to() const {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(origin().substr(origin().rfind(':') + 1))));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
    return fd;
  }

  // All that is answered to these bytes until the connection is closed or nothing has come for three seconds.
  [[nodiscard]] std::string talk(const std::string& bytes) const {
    const int fd = connect_to();
    static_cast<void>(send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL));
    std::string answer;
    std::array<char, 4096> piece{};
    for (pollfd ready{fd, POLLIN, 0}; poll(&ready, 1, 3000) == 1;) {
      const ssize_t count = recv(fd, piece.data(), piece.size(), 0);
      if (count <= 0) break;
      answer.append(piece.data(), static_cast<std::size_t>(count));
    }
    close(fd);
    return answer;
  }

  std::atomic<int> asked_ = 0;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, AnswersThePage) {
  const HttpResponse answer = ask("GET", "/metrics");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "up 1\n");
  EXPECT_EQ(answer.header("content-type"), "text/plain; version=0.0.4");
  EXPECT_EQ(ask("GET", "/metrics?name=x").body, "up 1\n");
}

TEST_F(HttpServerTest, AHeadHasNoBody) {
  const std::string answer = talk("HEAD /metrics HTTP/1.0\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr(" 200 "));
  EXPECT_THAT(answer, HasSubstr("ontent-Length: 5"));
  EXPECT_EQ(answer.substr(answer.size() - 4), "\r\n\r\n");
}

TEST_F(HttpServerTest, OtherPathsAndMethods) {
  for (const char* path : {"/", "/metrics/", "/metricsx", "/favicon.ico"}) EXPECT_EQ(ask("GET", path).status, 404) << path;
  EXPECT_EQ(ask("PUT", "/metrics").status, 405);
  const HttpResponse refused = ask("POST", "/metrics", std::string(100000, 'x'));
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(refused.header("allow"), "GET, HEAD");
  EXPECT_EQ(asked_, 0);
}

TEST_F(HttpServerTest, WhoeverStillSendsABodyGetsTheAnswer) {
  for (int i = 0; i < 10; ++i) EXPECT_EQ(ask("POST", "/metrics", std::string(10'000'000, 'x')).status, 405);
}

TEST_F(HttpServerTest, GarbageIsRefusedAndHurtsNobody) {
  for (const std::string& bytes : {std::string("\x16\x03\x01\x02\x00\x01\x00\x01", 8), std::string("\r\n\r\n\r\n"),
                                   std::string("GET\r\n\r\n"), "GET /metrics HTTP/1.1\r\nX: " + std::string(1 << 20, 'a'),
                                   "GET /" + std::string(1 << 20, 'a') + " HTTP/1.1\r\n\r\n",
                                   std::string("GET /metrics HTTP/9.9\r\n\r\n"), std::string(1 << 20, '\0')}) {
    const std::string answer = talk(bytes);
    EXPECT_TRUE(answer.empty() || answer.starts_with("HTTP/1.")) << bytes.substr(0, 20);
  }
  EXPECT_EQ(ask("GET", "/metrics").status, 200);
}

TEST_F(HttpServerTest, SlowClientsDoNotKeepItsPlacesForEver) {
  server_.reset();
  server_ = HttpServer::start({}, {"/metrics", "text/plain", [] { return std::string("up 1\n"); }}, 200ms).value();
  std::vector<int> slow(40);
  for (int& fd : slow) fd = connect_to();
  bool answered = false;
  const SystemClock clock;
  for (const base::SteadyTime end = clock.now() + 20s; !answered && clock.now() < end;) {
    for (const int fd : slow) static_cast<void>(send(fd, "G", 1, MSG_NOSIGNAL));  // a byte now and then
    HttpRequest request;
    request.method = "GET";
    request.url = server_->url();
    request.timeout = 500ms;
    const auto answer = make_http_client()->perform(request);
    answered = answer && answer->status == 200;
  }
  EXPECT_TRUE(answered);
  for (const int fd : slow) close(fd);
}

TEST_F(HttpServerTest, OnThisMachineAloneItIsAskedByAnAddressOfThisMachine) {
  for (const char* host : {"127.0.0.1", "127.0.0.1:9100", "localhost:9100", "[::1]:9100"})
    EXPECT_THAT(talk("GET /metrics HTTP/1.0\r\nHost: " + std::string(host) + "\r\n\r\n"), HasSubstr(" 200 ")) << host;
  for (const char* host :
       {"example.org", "example.org:9100", "127.0.0.1.example.org", "127.0.0.1.5", "localhost.example.org"})
    EXPECT_THAT(talk("GET /metrics HTTP/1.0\r\nHost: " + std::string(host) + "\r\n\r\n"), HasSubstr(" 403 ")) << host;
}

TEST(ListenAddress, WhatOnlyThisMachineCanMean) {
  for (const char* host : {"localhost", "127.0.0.1", "127.255.1.2", "::1", "[::1]"}) EXPECT_TRUE(is_loopback(host)) << host;
  for (const char* host :
       {"", "127.0.0.1.5", "127.1", "127.", "1270.0.0.1", "localhost.example.org", "0.0.0.0", "::", "[::]"})
    EXPECT_FALSE(is_loopback(host)) << host;
}

TEST_F(HttpServerTest, StopsWithClientsUnderWay) {
  const int fd = connect_to();
  ASSERT_EQ(send(fd, "GET /met", 8, MSG_NOSIGNAL), 8);
  server_.reset();
  close(fd);
}

}  // namespace
}  // namespace gpubench::platform
