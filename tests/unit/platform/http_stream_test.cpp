#include "platform/http_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>

#include "support/http_stub/http_stub.h"

namespace gpubench::platform {
namespace {

using support::HttpStub;
using support::stub_answer;
using support::StubConnection;
using support::StubRequest;
using testing::HasSubstr;
using namespace std::chrono_literals;

// Lets a test and the stub's threads wait for each other.
class Gate {
 public:
  void open() {
    {
      const std::lock_guard lock(mutex_);
      open_ = true;
    }
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, 10s, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

HttpRequest endless(std::string url) {
  HttpRequest request;
  request.url = std::move(url);
  request.timeout = {};
  return request;
}

HttpStreams::OnBody into(std::string& text) {
  return [&text](int status, std::string_view piece) {
    EXPECT_EQ(status, 200);
    text.append(piece);
    return true;
  };
}

void pump_until_finished(HttpStreams& streams, HttpStreams::StreamId id) {
  for (int i = 0; i < 1000 && !streams.state(id).finished; ++i) streams.pump(1s, -1);
}

TEST(HttpStreams, HeadersComeBeforeTheBody) {
  Gate may_send;
  HttpStub stub([&](const StubRequest&, StubConnection& connection) {
    connection.send("HTTP/1.1 200 OK\r\n\r\n");
    may_send.wait();
    connection.send("body");
  });
  const auto streams = make_http_streams();
  std::string body;
  const auto id = streams->open(endless(stub.url()), into(body));
  ASSERT_TRUE(id);
  const auto status = streams->wait_for_headers(*id, 5s);
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_EQ(*status, 200);
  EXPECT_EQ(body, "");
  EXPECT_FALSE(streams->state(*id).finished);
  may_send.open();
  pump_until_finished(*streams, *id);
  EXPECT_EQ(body, "body");
  EXPECT_FALSE(streams->state(*id).error);
}

TEST(HttpStreams, TwoStreamsSideBySide) {
  Gate first_may_end;
  HttpStub stub([&](const StubRequest& request, StubConnection& connection) {
    connection.send("HTTP/1.1 200 OK\r\n\r\n");
    if (request.target == "/first") first_may_end.wait();
    connection.send(request.target);
  });
  const auto streams = make_http_streams();
  std::string first;
  std::string second;
  const auto one = streams->open(endless(stub.url("/first")), into(first));
  const auto two = streams->open(endless(stub.url("/second")), into(second));
  ASSERT_TRUE(one && two);
  pump_until_finished(*streams, *two);
  EXPECT_EQ(second, "/second");
  EXPECT_FALSE(streams->state(*one).finished);
  first_may_end.open();
  pump_until_finished(*streams, *one);
  EXPECT_EQ(first, "/first");
}

TEST(HttpStreams, CutStreamHasAnError) {
  HttpStub stub([](const StubRequest&, StubConnection& connection) {
    connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
  });
  const auto streams = make_http_streams();
  std::string body;
  const auto id = streams->open(endless(stub.url()), into(body));
  ASSERT_TRUE(id);
  pump_until_finished(*streams, *id);
  EXPECT_EQ(body, "half");
  EXPECT_TRUE(streams->state(*id).finished);
  EXPECT_TRUE(streams->state(*id).error);
}

TEST(HttpStreams, RefusedConnectionIsAnErrorOfWaiting) {
  const auto streams = make_http_streams();
  HttpRequest request = endless("http://localhost/");
  request.unix_socket = "/nonexistent/x.sock";
  std::string body;
  const auto id = streams->open(request, into(body));
  ASSERT_TRUE(id);
  const auto status = streams->wait_for_headers(*id, 5s);
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, HasSubstr("/nonexistent/x.sock"));
}

TEST(HttpStreams, WaitingForHeadersEnds) {
  HttpStub stub([](const StubRequest&, StubConnection& connection) { connection.wait_until_closed(); });
  const auto streams = make_http_streams();
  std::string body;
  const auto id = streams->open(endless(stub.url()), into(body));
  ASSERT_TRUE(id);
  EXPECT_FALSE(streams->wait_for_headers(*id, 20ms));
}

TEST(HttpStreams, WakeDescriptorEndsThePump) {
  const int wake = eventfd(1, EFD_CLOEXEC);
  const auto streams = make_http_streams();
  const auto before = std::chrono::steady_clock::now();
  streams->pump(10s, wake);  // also without any stream
  EXPECT_LT(std::chrono::steady_clock::now() - before, 5s);
  close(wake);
}

TEST(HttpStreams, CloseDropsTheConnection) {
  Gate gone;
  HttpStub stub([&](const StubRequest&, StubConnection& connection) {
    connection.send("HTTP/1.1 200 OK\r\n\r\n");
    connection.wait_until_closed();
    gone.open();
  });
  const auto streams = make_http_streams();
  std::string body;
  const auto id = streams->open(endless(stub.url()), into(body));
  ASSERT_TRUE(id && streams->wait_for_headers(*id, 5s));
  streams->close(*id);
  gone.wait();
  EXPECT_TRUE(streams->state(*id).finished);
  streams->close(*id);
}

TEST(HttpStreams, ReceiverMayEndTheStream) {
  HttpStub stub([](const StubRequest&, StubConnection& connection) {
    connection.send("HTTP/1.1 200 OK\r\n\r\n");
    while (connection.send(std::string(1000, 'x'))) {
    }
  });
  const auto streams = make_http_streams();
  const auto id = streams->open(endless(stub.url()), [](int, std::string_view) { return false; });
  ASSERT_TRUE(id);
  pump_until_finished(*streams, *id);
  EXPECT_TRUE(streams->state(*id).finished);
}

TEST(HttpStreams, DestructorClosesWhatIsOpen) {
  HttpStub stub([](const StubRequest&, StubConnection& connection) {
    connection.send("HTTP/1.1 200 OK\r\n\r\n");
    connection.wait_until_closed();
  });
  std::string body;
  const auto streams = make_http_streams();
  const auto id = streams->open(endless(stub.url()), into(body));
  ASSERT_TRUE(id && streams->wait_for_headers(*id, 5s));
}

}  // namespace
}  // namespace gpubench::platform
