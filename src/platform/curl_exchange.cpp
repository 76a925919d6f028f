#include "platform/curl_exchange.h"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

#include "base/text.h"
#include "platform/listen_address.h"

namespace gpubench::platform {
namespace {

constexpr std::size_t kMaxHeaderBytes = std::size_t{64} << 10;
constexpr std::size_t kMaxUnixPathBytes = 107;  // sizeof sockaddr_un::sun_path less the final NUL
constexpr auto kConnectTimeout = std::chrono::seconds(10);
constexpr long kKeepAliveSeconds = 30;

struct CurlUrlCleanup {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using CurlUrl = std::unique_ptr<CURLU, CurlUrlCleanup>;

std::string url_part(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
  std::string result(text);
  curl_free(text);
  return result;
}

long milliseconds(base::Duration duration) {
  return static_cast<long>(std::chrono::ceil<std::chrono::milliseconds>(duration).count());
}

bool has_control_bytes(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; });
}

std::string lower_case(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return result;
}

std::string seconds_text(base::Duration duration) {
  const auto count = milliseconds(duration);
  if (count % 1000 == 0) return std::to_string(count / 1000) + " s";
  return std::to_string(count) + " ms";
}

std::string system_error_text(CURL* handle) {
  long number = 0;
  curl_easy_getinfo(handle, CURLINFO_OS_ERRNO, &number);
  return number == 0 ? "no connection" : std::generic_category().message(static_cast<int>(number));
}

}  // namespace

base::Result<void> ready_curl() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK) {
    return base::failure(std::string("libcurl cannot be initialised: ") + curl_easy_strerror(code));
  }
  return {};
}

CurlExchange::CurlExchange(const HttpRequest& request, OnBody on_body)
    : request_(request), on_body_(std::move(on_body)), peer_(request.unix_socket) {}

base::Result<void> CurlExchange::prepare(CURL* handle) {
  if (auto set = set_target(handle); !set) return set;
  if (auto set = set_headers(handle); !set) return set;
  set_method(handle);
  set_limits(handle);
  set_security(handle);
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &CurlExchange::on_header);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &CurlExchange::on_body);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, error_text_.data());
  if (request_.meanwhile || request_.give_up) {
    curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, &CurlExchange::on_progress);
    curl_easy_setopt(handle, CURLOPT_XFERINFODATA, this);
  }
  return {};
}

base::Result<void> CurlExchange::set_target(CURL* handle) {
  const CurlUrl url(curl_url());
  if (has_control_bytes(request_.url) || curl_url_set(url.get(), CURLUPART_URL, request_.url.c_str(), 0) != CURLUE_OK) {
    return base::failure("not a valid URL", "give it as http://host:port/path or https://...");
  }
  const std::string host = url_part(url.get(), CURLUPART_HOST);
  if (!url_part(url.get(), CURLUPART_USER).empty() || !url_part(url.get(), CURLUPART_PASSWORD).empty()) {
    return base::failure("the URL of " + host + " contains a user name or password",
                         "give them separately, so that they cannot get into logs");
  }
  const std::string scheme = url_part(url.get(), CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") return base::failure("URL scheme \"" + scheme + "\" is not http or https");
  curl_easy_setopt(handle, CURLOPT_URL, request_.url.c_str());
  if (!request_.unix_socket.empty()) {
    if (request_.unix_socket.size() > kMaxUnixPathBytes) {
      return base::failure(
          "socket path " + request_.unix_socket + " is longer than the 107 bytes that a unix socket may have",
          "use a shorter path, for example through a symbolic link");
    }
    curl_easy_setopt(handle, CURLOPT_UNIX_SOCKET_PATH, request_.unix_socket.c_str());
  } else {
    const std::string port = url_part(url.get(), CURLUPART_PORT);
    peer_ = port.empty() ? host : host + ":" + port;
  }
  if (!request_.unix_socket.empty() || is_loopback(host)) curl_easy_setopt(handle, CURLOPT_PROXY, "");
  return {};
}

base::Result<void> CurlExchange::set_headers(CURL* handle) {
  curl_slist* list = nullptr;
  const auto add = [&list](const std::string& line) { list = curl_slist_append(list, line.c_str()); };
  add("Expect:");  // no waiting for "100 Continue"
  bool has_type = false;
  for (const auto& [name, value] : request_.headers) {
    if (has_control_bytes(name) || has_control_bytes(value)) {
      curl_slist_free_all(list);
      return base::failure("a request header to " + peer_ + " contains a line break or control character");
    }
    has_type = has_type || lower_case(name) == "content-type";
    std::string line = name;
    line.append(value.empty() ? ";" : ": ").append(value);
    add(line);
  }
  if (!has_type) add("Content-Type:");  // else libcurl claims a form
  headers_.reset(list);
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, list);
  return {};
}

void CurlExchange::set_method(CURL* handle) const {
  const bool posts = request_.method == "POST" || !request_.body.empty();
  if (posts) {
    curl_easy_setopt(handle, CURLOPT_POST, 1L);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request_.body.c_str());
  }
  if (request_.method == "HEAD") {
    curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
  } else if (request_.method != (posts ? "POST" : "GET")) {
    curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  }
}

void CurlExchange::set_limits(CURL* handle) const {
  const bool endless = request_.timeout <= base::Duration::zero();
  const base::Duration connect =
      endless ? base::Duration(kConnectTimeout) : std::min<base::Duration>(request_.timeout, kConnectTimeout);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(connect));
  if (!endless) curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, milliseconds(request_.timeout));
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(handle, CURLOPT_TCP_KEEPIDLE, kKeepAliveSeconds);
  curl_easy_setopt(handle, CURLOPT_TCP_KEEPINTVL, kKeepAliveSeconds);
  curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
}

void CurlExchange::set_security(CURL* handle) const {
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
#if LIBCURL_VERSION_NUM >= 0x075500
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
#else
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS, static_cast<long>(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
  curl_easy_setopt(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!request_.ca_file.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, request_.ca_file.c_str());
  if (!request_.client_cert_file.empty()) {
    curl_easy_setopt(handle, CURLOPT_SSLCERT, request_.client_cert_file.c_str());
    curl_easy_setopt(handle, CURLOPT_SSLKEY, request_.client_key_file.c_str());
  }
  if (request_.basic_auth) {
    curl_easy_setopt(handle, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
    curl_easy_setopt(handle, CURLOPT_USERNAME, request_.basic_auth->first.c_str());
    curl_easy_setopt(handle, CURLOPT_PASSWORD, request_.basic_auth->second.c_str());
  }
}

std::size_t CurlExchange::on_header(const char* bytes, std::size_t size, std::size_t count, void* self) {
  return static_cast<CurlExchange*>(self)->take_header({bytes, size * count}) ? size * count : 0;
}

bool CurlExchange::take_header(std::string_view line) {
  header_bytes_ += line.size();
  if (header_bytes_ > kMaxHeaderBytes) {
    headers_too_big_ = true;
    return false;
  }
  if (line.substr(0, 5) == "HTTP/") {  // the first line, also of the answer that follows a "100 Continue"
    const std::size_t space = line.find(' ');
    response.headers.clear();
    response.status = 0;
    for (std::size_t i = space + 1; i < line.size() && i < space + 4 && line[i] >= '0' && line[i] <= '9'; ++i) {
      response.status = response.status * 10 + (line[i] - '0');
    }
  } else if (base::trimmed(line).empty()) {
    headers_complete = headers_complete || response.status >= 200 || response.status == 101;
  } else if (const std::size_t colon = line.find(':'); colon != std::string_view::npos && !headers_complete) {
    response.headers.emplace_back(lower_case(base::trimmed(line.substr(0, colon))), base::trimmed(line.substr(colon + 1)));
  }
  return true;
}

std::size_t CurlExchange::on_body(const char* bytes, std::size_t size, std::size_t count, void* self) {
  return static_cast<CurlExchange*>(self)->on_body_({bytes, size * count}) ? size * count : 0;
}

// libcurl asks after each step of an exchange, before it waits for the next; once a second where nothing happens.
int CurlExchange::on_progress(void* self, curl_off_t /*to_come*/, curl_off_t /*came*/, curl_off_t /*to_send*/,
                              curl_off_t sent) {
  auto& exchange = *static_cast<CurlExchange*>(self);
  const HttpRequest& request = exchange.request_;
  const bool awaiting = !request.body.empty() && sent >= static_cast<curl_off_t>(request.body.size());
  if (awaiting && exchange.request_.meanwhile) std::exchange(exchange.request_.meanwhile, nullptr)();
  return request.give_up && request.give_up() ? 1 : 0;  // 0: go on
}

base::Error CurlExchange::explain(CURL* handle, CURLcode code) const {
  if (headers_too_big_) return {peer_ + " sent more than 64 KiB of headers", ""};
  switch (code) {
    case CURLE_COULDNT_CONNECT:
      return {"cannot connect to " + peer_ + ": " + system_error_text(handle), ""};
    case CURLE_COULDNT_RESOLVE_HOST:
      return {"the name of host " + peer_ + " cannot be resolved", "check the name and the network"};
    case CURLE_OPERATION_TIMEDOUT:
      return {"no complete answer from " + peer_ + " within " + seconds_text(request_.timeout), ""};
    case CURLE_ABORTED_BY_CALLBACK:
      return {"no answer from " + peer_ + " before the wait was interrupted", ""};
    case CURLE_SSL_CACERT_BADFILE:
      return {"the CA file for " + peer_ + " cannot be read", "check the path of the CA file"};
    case CURLE_PEER_FAILED_VERIFICATION:
      return {peer_ + " could not prove its identity: " + error_text_.data(),
              "give the file of the CA that signed its certificate"};
    default:
      break;
  }
  const std::string_view own(error_text_.data());
  return {"communication with " + peer_ + " failed: " + (own.empty() ? curl_easy_strerror(code) : std::string(own)), ""};
}

}  // namespace gpubench::platform
