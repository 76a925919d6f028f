#include "platform/http_server.h"

#include <microhttpd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

namespace gpubench::platform {
namespace {

constexpr unsigned kMostConnections = 32;
constexpr unsigned kSecondsWithoutAByte = 5;
constexpr std::size_t kConnectionMemory = 16384;  // for the head of a request; a longer one is refused

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

class HttpServer::Daemon {
 public:
  explicit Daemon(HttpPage page) : page_(std::move(page)) {}
  ~Daemon() {
    if (running_ != nullptr) MHD_stop_daemon(running_);
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
    running_ = MHD_start_daemon(MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD, 0, nullptr, nullptr, &Daemon::answer, this,
                                MHD_OPTION_ARRAY, options.data(), MHD_OPTION_END);
    return running_ != nullptr;
  }

 private:
  // Answers before any body of a request: it is not read.
  static MHD_Result answer(void* self, MHD_Connection* connection, const char* url, const char* method,
                           const char* /*version*/, const char* /*body*/, std::size_t* /*size*/, void** /*kept*/) {
    const HttpPage& page = static_cast<const Daemon*>(self)->page_;
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
  MHD_Daemon* running_ = nullptr;
};

base::Result<std::unique_ptr<HttpServer>> HttpServer::start(const ListenAddress& address, HttpPage page) {
  const auto socket = listen_at(address);
  if (!socket) return base::failure(socket.error());
  auto daemon = std::make_unique<Daemon>(std::move(page));
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
