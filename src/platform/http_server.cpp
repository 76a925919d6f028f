#include "platform/http_server.h"

#include <microhttpd.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <map>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "platform/clock.h"

namespace gpubench::platform {
namespace {

constexpr unsigned kMostConnections = 32;
constexpr unsigned kSecondsWithoutAByte = 5;
constexpr base::Duration kLook = std::chrono::seconds(1);  // for connections that have taken too long
constexpr std::size_t kConnectionMemory = 16384;           // for the head of a request; a longer one is refused

using Response = std::unique_ptr<MHD_Response, decltype(&MHD_destroy_response)>;

Response response_of(std::string text, const char* content_type) {
  Response response(MHD_create_response_from_buffer(text.size(), text.data(), MHD_RESPMEM_MUST_COPY), &MHD_destroy_response);
  if (response) MHD_add_response_header(response.get(), MHD_HTTP_HEADER_CONTENT_TYPE, content_type);
  return response;
}

MHD_Result queue(MHD_Connection* connection, unsigned status, const Response& response) {
  return response ? MHD_queue_response(connection, status, response.get()) : MHD_NO;
}

}  // namespace

// libmicrohttpd is driven by a thread of ours: it knows only how long a connection was silent, not how long it has taken.
class HttpServer::Daemon {
 public:
  Daemon(HttpPage page, bool for_this_machine, base::Duration request_within)
      : page_(std::move(page)), for_this_machine_(for_this_machine), request_within_(request_within) {}
  ~Daemon() {
    if (thread_.joinable()) {
      eventfd_write(stop_, 1);
      thread_.join();
    }
    if (running_ != nullptr) MHD_stop_daemon(running_);
    if (stop_ >= 0) close(stop_);
  }
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  [[nodiscard]] const std::string& path() const { return page_.path; }

  // The socket is the server's from here on.
  bool start(int fd) {
    std::array options{MHD_OptionItem{MHD_OPTION_LISTEN_SOCKET, fd, nullptr},
                       MHD_OptionItem{MHD_OPTION_CONNECTION_LIMIT, kMostConnections, nullptr},
                       MHD_OptionItem{MHD_OPTION_CONNECTION_TIMEOUT, kSecondsWithoutAByte, nullptr},
                       MHD_OptionItem{MHD_OPTION_CONNECTION_MEMORY_LIMIT, kConnectionMemory, nullptr},
                       MHD_OptionItem{MHD_OPTION_END, 0, nullptr}};
    stop_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    running_ = MHD_start_daemon(MHD_USE_EPOLL, 0, nullptr, nullptr, &Daemon::answer, this, MHD_OPTION_ARRAY, options.data(),
                                MHD_OPTION_NOTIFY_CONNECTION, &Daemon::note_connection, this, MHD_OPTION_NOTIFY_COMPLETED,
                                &Daemon::note_completed, this, MHD_OPTION_END);
    if (running_ == nullptr || stop_ < 0) return false;
    thread_ = std::thread([this] { run(); });
    return true;
  }

 private:
  void run() {
    pthread_setname_np(pthread_self(), "HTTP server");
    const int events = MHD_get_daemon_info(running_, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    std::array<pollfd, 2> entries{pollfd{events, POLLIN, 0}, pollfd{stop_, POLLIN, 0}};
    for (;;) {
      poll(entries.data(), entries.size(), patience());
      if (entries[1].revents != 0) return;
      run_library();
      end_slow_ones();
    }
  }

  // At its limit the library stops listening. It goes on only in the run after one that has closed a connection, which
  // nothing would wake this thread for.
  void run_library() {
    do {
      has_closed_ = false;
      MHD_run(running_);
    } while (has_closed_);
  }

  // In milliseconds; -1: until something happens.
  [[nodiscard]] int patience() const {
    const auto look = std::chrono::ceil<std::chrono::milliseconds>(std::min<base::Duration>(request_within_, kLook)).count();
    MHD_UNSIGNED_LONG_LONG wanted = 0;
    const bool has_timeout = MHD_get_timeout(running_, &wanted) == MHD_YES;
    if (has_timeout && wanted < static_cast<MHD_UNSIGNED_LONG_LONG>(look)) return static_cast<int>(wanted);
    return begun_.empty() ? -1 : static_cast<int>(look);
  }

  // A client that sends or takes a byte now and then would hold its place for hours.
  void end_slow_ones() {
    const base::SteadyTime now = clock_.now();
    for (const auto& [connection, begun] : begun_)
      if (now - begun > request_within_)
        shutdown(MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd, SHUT_RDWR);
  }

  static void note_connection(void* self, MHD_Connection* connection, void** /*kept*/, MHD_ConnectionNotificationCode what) {
    Daemon& daemon = *static_cast<Daemon*>(self);
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
      daemon.begun_[connection] = daemon.clock_.now();
    } else {
      daemon.begun_.erase(connection);
      daemon.has_closed_ = true;
    }
  }
  static void note_completed(void* self, MHD_Connection* connection, void** /*kept*/, MHD_RequestTerminationCode /*how*/) {
    Daemon& daemon = *static_cast<Daemon*>(self);
    daemon.begun_[connection] = daemon.clock_.now();  // it may ask again
  }

  // A web page of another site must not read this through a name of its own that it has made to mean this machine.
  [[nodiscard]] bool is_meant(MHD_Connection* connection) const {
    if (!for_this_machine_) return true;
    const char* const host = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_HOST);
    if (host == nullptr) return true;
    const std::string_view text = host;
    const bool has_port = text.find(':') != std::string_view::npos && text.back() != ']';
    return is_loopback(has_port ? text.substr(0, text.rfind(':')) : text);
  }

  // Called at the head of a request, with each piece of its body, and at its end. The body is dropped, but the answer waits
  // for its end: a client that is still sending would find the connection closed and no answer.
  static MHD_Result answer(void* self, MHD_Connection* connection, const char* url, const char* method,
                           const char* /*version*/, const char* /*body*/, std::size_t* size, void** kept) {
    const bool is_head = *kept == nullptr;
    *kept = self;  // any other value than the one at the head
    if (is_head || *size > 0) {
      *size = 0;
      return MHD_YES;
    }
    const Daemon& daemon = *static_cast<const Daemon*>(self);
    const HttpPage& page = daemon.page_;
    if (!daemon.is_meant(connection))
      return queue(connection, MHD_HTTP_FORBIDDEN, response_of("ask for 127.0.0.1 or localhost\n", "text/plain"));
    if (url != page.path)
      return queue(connection, MHD_HTTP_NOT_FOUND, response_of("nothing here; see " + page.path + "\n", "text/plain"));
    const std::string_view verb = method;
    if (verb != MHD_HTTP_METHOD_GET && verb != MHD_HTTP_METHOD_HEAD) {
      const Response refusal = response_of("GET and HEAD only\n", "text/plain");
      if (refusal) MHD_add_response_header(refusal.get(), MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
      return queue(connection, MHD_HTTP_METHOD_NOT_ALLOWED, refusal);
    }
    return queue(connection, MHD_HTTP_OK, response_of(page.text(), page.content_type.c_str()));
  }

  const HttpPage page_;
  const bool for_this_machine_;
  const base::Duration request_within_;
  const SystemClock clock_;
  MHD_Daemon* running_ = nullptr;
  int stop_ = -1;
  // When each connection, or the request after its last one, began; the thread's own.
  std::map<MHD_Connection*, base::SteadyTime> begun_;
  bool has_closed_ = false;  // a connection, in the latest run of the library
  std::thread thread_;
};

base::Result<std::unique_ptr<HttpServer>> HttpServer::start(const ListenAddress& address, HttpPage page,
                                                            base::Duration request_within) {
  const auto socket = listen_at(address);
  if (!socket) return base::failure(socket.error());
  auto daemon = std::make_unique<Daemon>(std::move(page), is_loopback(socket->address.host), request_within);
  if (!daemon->start(socket->fd)) {
    const int error = errno;
    close(socket->fd);
    return base::failure("cannot serve at " + socket->address.text() + ": " + std::generic_category().message(error));
  }
  return std::unique_ptr<HttpServer>(new HttpServer(socket->address, std::move(daemon)));
}

HttpServer::HttpServer(ListenAddress address, std::unique_ptr<Daemon> daemon)
    : address_(std::move(address)), daemon_(std::move(daemon)) {}
HttpServer::~HttpServer() = default;

std::string HttpServer::url() const {
  return "http://" + address_.text() + daemon_->path();
}

}  // namespace gpubench::platform
