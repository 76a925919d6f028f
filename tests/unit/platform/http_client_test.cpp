#include "platform/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <future>
#include <string>

#include "support/http_stub/http_stub.h"

namespace gpubench::platform {
namespace {

using support::HttpStub;
using support::stub_answer;
using support::StubConnection;
using support::StubRequest;
using testing::HasSubstr;
using testing::Not;

HttpRequest get(std::string url) {
  HttpRequest request;
  request.url = std::move(url);
  request.timeout = std::chrono::seconds(5);
  return request;
}

TEST(HttpClient, ReturnsStatusHeadersAndBody) {
  HttpStub stub([](const StubRequest&) { return stub_answer(200, "hello", "X-Kind: Test \r\n"); });
  const auto response = make_http_client()->perform(get(stub.url("/a?b=c")));
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "hello");
  EXPECT_EQ(response->header("x-kind"), "Test");
  EXPECT_EQ(response->header("absent"), "");
  ASSERT_EQ(stub.requests().size(), 1U);
  EXPECT_EQ(stub.requests()[0].method, "GET");
  EXPECT_EQ(stub.requests()[0].target, "/a?b=c");
}

TEST(HttpClient, OnlyAnAddressOfThisMachineGoesPastTheProxy) {
  HttpStub proxy([](const StubRequest&) { return stub_answer(200, "the proxy"); });
  HttpStub direct([](const StubRequest&) { return stub_answer(200, "direct"); });
  setenv("http_proxy", proxy.url().c_str(), 1);
  const auto near = make_http_client()->perform(get(direct.url()));
  const auto far = make_http_client()->perform(get("http://127.example.test/x"));
  unsetenv("http_proxy");
  ASSERT_TRUE(near) << near.error().message;
  EXPECT_EQ(near->body, "direct");
  ASSERT_TRUE(far) << far.error().message;
  EXPECT_EQ(far->body, "the proxy");
}

TEST(HttpClient, EveryStatusIsAResponse) {
  for (const int status : {204, 400, 404, 500, 503}) {
    HttpStub stub([&](const StubRequest&) { return stub_answer(status, status == 204 ? "" : "why"); });
    const auto response = make_http_client()->perform(get(stub.url()));
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->status, status);
  }
}

TEST(HttpClient, SendsBodyAndHeadersAsGiven) {
  HttpStub stub([](const StubRequest&) { return stub_answer(204, ""); });
  HttpRequest request = get(stub.url("/write"));
  request.method = "POST";
  request.body = std::string(200000, 'x') + std::string("\0y", 2);
  request.headers = {{"Content-Type", "application/json"}, {"X-Empty", ""}};
  ASSERT_TRUE(make_http_client()->perform(request));
  const StubRequest seen = stub.requests().at(0);
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.body, request.body);
  EXPECT_EQ(seen.header("content-type"), "application/json");
  EXPECT_EQ(seen.header("expect"), "");
}

// The answer is given only after the work was done: it can not have been done later.
TEST(HttpClient, WorksWhileItWaitsForTheAnswerToABody) {
  for (const std::size_t size : {std::size_t{1}, std::size_t{30'000}, std::size_t{4} << 20U}) {
    std::promise<void> done;
    HttpStub stub([done = done.get_future().share()](const StubRequest&) {
      return stub_answer(done.wait_for(std::chrono::seconds(4)) == std::future_status::ready ? 204 : 504, "");
    });
    HttpRequest request = get(stub.url("/write"));
    request.method = "POST";
    request.body = std::string(size, 'x');
    int times = 0;
    request.meanwhile = [&] {
      if (++times == 1) done.set_value();
    };
    const auto response = make_http_client()->perform(request);
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->status, 204);
    EXPECT_EQ(times, 1);
  }
}

TEST(HttpClient, PostWithoutBodyAndTypeSendsNeither) {
  HttpStub stub([](const StubRequest&) { return stub_answer(204, ""); });
  HttpRequest request = get(stub.url());
  request.method = "POST";
  ASSERT_TRUE(make_http_client()->perform(request));
  EXPECT_EQ(stub.requests()[0].header("content-length"), "0");
  EXPECT_EQ(stub.requests()[0].header("content-type"), "");
}

TEST(HttpClient, OtherMethods) {
  HttpStub stub(
      [](const StubRequest& request) { return request.method == "HEAD" ? stub_answer(200, "") : stub_answer(200, "b"); });
  const auto client = make_http_client();
  for (const char* method : {"DELETE", "HEAD", "PUT", "GET"}) {
    HttpRequest request = get(stub.url());
    request.method = method;
    if (request.method == "PUT") request.body = "data";
    const auto response = client->perform(request);
    ASSERT_TRUE(response) << method << response.error().message;
    EXPECT_EQ(stub.requests().back().method, method);
  }
  EXPECT_EQ(stub.requests()[2].body, "data");
  EXPECT_EQ(stub.requests()[3].body, "");  // nothing left over from the request before
}

TEST(HttpClient, BasicAuthIsSentOnlyWhenGiven) {
  HttpStub stub([](const StubRequest&) { return stub_answer(200, ""); });
  const auto client = make_http_client();
  HttpRequest request = get(stub.url());
  request.basic_auth = {"user", "secret"};
  ASSERT_TRUE(client->perform(request));
  request.basic_auth.reset();
  ASSERT_TRUE(client->perform(request));
  EXPECT_EQ(stub.requests()[0].header("authorization"), "Basic dXNlcjpzZWNyZXQ=");
  EXPECT_EQ(stub.requests()[1].header("authorization"), "");
}

TEST(HttpClient, RedirectIsNotFollowed) {
  HttpStub other([](const StubRequest&) { return stub_answer(200, "other"); });
  HttpStub stub([&](const StubRequest&) { return stub_answer(302, "", "Location: " + other.url() + "\r\n"); });
  const auto response = make_http_client()->perform(get(stub.url()));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 302);
  EXPECT_TRUE(other.requests().empty());
}

TEST(HttpClient, BodyUpToTheCapIsTakenAndOneByteMoreIsAnError) {
  HttpStub stub([](const StubRequest&) { return stub_answer(200, std::string(100000, 'x')); });
  HttpRequest request = get(stub.url());
  request.max_body_bytes = 100000;
  ASSERT_TRUE(make_http_client()->perform(request));
  request.max_body_bytes = 99999;
  const auto response = make_http_client()->perform(request);
  ASSERT_FALSE(response);
  EXPECT_THAT(response.error().message, HasSubstr("longer than 99999 bytes"));
}

TEST(HttpClient, EndlessBodyIsCutAtTheCap) {
  HttpStub stub([](const StubRequest&, StubConnection& connection) {
    connection.send("HTTP/1.1 200 OK\r\n\r\n");
    while (connection.send(std::string(65536, 'x'))) {
    }
  });
  const auto response = make_http_client()->perform(get(stub.url()));
  ASSERT_FALSE(response);
  EXPECT_THAT(response.error().message, HasSubstr("longer than 4194304 bytes"));
}

TEST(HttpClient, TooManyHeadersAreAnError) {
  HttpStub stub([](const StubRequest&, StubConnection& connection) {
    connection.send("HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 100000 && connection.send("X-Filler: " + std::string(1000, 'x') + "\r\n"); ++i) {
    }
  });
  const auto response = make_http_client()->perform(get(stub.url()));
  ASSERT_FALSE(response);
  EXPECT_THAT(response.error().message, HasSubstr("64 KiB of headers"));
}

TEST(HttpClient, InterimAnswerIsPassedOver) {
  HttpStub stub([](const StubRequest&) { return "HTTP/1.1 103 Early\r\nX-Early: 1\r\n\r\n" + stub_answer(200, "late"); });
  const auto response = make_http_client()->perform(get(stub.url()));
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->header("x-early"), "");
  EXPECT_EQ(response->body, "late");
}

TEST(HttpClient, ConnectionsCutOrGarbledAreErrors) {
  const char* const answers[] = {"", "garbage\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
                                 "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"};
  for (const char* answer : answers) {
    HttpStub stub([&](const StubRequest&) { return std::string(answer); });
    const auto response = make_http_client()->perform(get(stub.url()));
    ASSERT_FALSE(response) << answer;
    EXPECT_THAT(response.error().message, HasSubstr("127.0.0.1:" + std::to_string(stub.port()))) << answer;
  }
}

TEST(HttpClient, SilenceEndsAtTheTimeout) {
  HttpStub stub([](const StubRequest&, StubConnection& connection) { connection.wait_until_closed(); });
  HttpRequest request = get(stub.url());
  request.timeout = std::chrono::milliseconds(30);
  const auto response = make_http_client()->perform(request);
  ASSERT_FALSE(response);
  EXPECT_THAT(response.error().message, HasSubstr("within 30 ms"));
}

TEST(HttpClient, ASilentServerIsGivenUpWhenNobodyWaitsAnyMore) {
  HttpStub stub([](const StubRequest&, StubConnection& connection) { connection.wait_until_closed(); });
  HttpRequest request = get(stub.url());
  request.timeout = std::chrono::hours(1);
  int asked = 0;
  request.give_up = [&] { return ++asked > 1; };
  const auto response = make_http_client()->perform(request);
  ASSERT_FALSE(response);
  EXPECT_THAT(response.error().message, HasSubstr("before the wait was interrupted"));
}

TEST(HttpClient, RefusedConnectionNamesHostAndCauseButNoSecret) {
  std::string url;
  {
    HttpStub stub([](const StubRequest&) { return std::string(); });
    url = stub.url();
  }
  HttpRequest request = get(url + "/?token=hidden1");
  request.basic_auth = {"user", "hidden2"};
  const auto response = make_http_client()->perform(request);
  ASSERT_FALSE(response);
  EXPECT_THAT(response.error().message, HasSubstr("127.0.0.1:"));
  EXPECT_THAT(response.error().message, HasSubstr("refused"));
  EXPECT_THAT(response.error().message, Not(HasSubstr("hidden")));
}

TEST(HttpClient, UrlsThatMustNotBeSent) {
  const auto client = make_http_client();
  for (const char* url :
       {"", "http://", "ftp://127.0.0.1/", "file:///etc/passwd", "http://u:hidden@127.0.0.1/", "http://h/\r\nX: y"}) {
    const auto response = client->perform(get(url));
    ASSERT_FALSE(response) << url;
    EXPECT_THAT(response.error().message, Not(HasSubstr("hidden")));
  }
}

TEST(HttpClient, HeaderWithLineBreakIsRefused) {
  HttpStub stub([](const StubRequest&) { return stub_answer(200, ""); });
  HttpRequest request = get(stub.url());
  request.headers = {{"X-A", "b\r\nX-Injected: 1"}};
  EXPECT_FALSE(make_http_client()->perform(request));
  EXPECT_TRUE(stub.requests().empty());
}

TEST(HttpClient, ConnectionIsUsedAgainAfterTheServerClosedIt) {
  HttpStub stub([](const StubRequest&) { return std::string("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"); });
  const auto client = make_http_client();
  for (int i = 0; i < 5; ++i) {
    const auto response = client->perform(get(stub.url()));
    ASSERT_TRUE(response) << response.error().message;
  }
}

TEST(HttpClientUnixSocket, Works) {
  const std::string path = testing::TempDir() + "http" + std::to_string(getpid()) + ".sock";
  HttpStub stub(path, [](const StubRequest&, StubConnection& connection) { connection.send(stub_answer(200, "through")); });
  HttpRequest request = get("http://localhost/x");
  request.unix_socket = path;
  const auto response = make_http_client()->perform(request);
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->body, "through");
}

TEST(HttpClientUnixSocket, MissingSocketIsNamed) {
  HttpRequest request = get("http://localhost/x");
  request.unix_socket = "/nonexistent/engine.sock";
  const auto response = make_http_client()->perform(request);
  ASSERT_FALSE(response);
  EXPECT_THAT(response.error().message, HasSubstr("/nonexistent/engine.sock"));
  EXPECT_THAT(response.error().message, HasSubstr("No such file"));
}

TEST(HttpClientUnixSocket, PathOf107BytesIsTheLongest) {
  HttpRequest request = get("http://localhost/x");
  request.unix_socket = "/" + std::string(106, 'a');
  const auto longest = make_http_client()->perform(request);
  ASSERT_FALSE(longest);
  EXPECT_THAT(longest.error().message, HasSubstr("No such file"));
  request.unix_socket += "a";
  const auto longer = make_http_client()->perform(request);
  ASSERT_FALSE(longer);
  EXPECT_THAT(longer.error().message, HasSubstr("107 bytes"));
}

}  // namespace
}  // namespace gpubench::platform
