// How one HTTP request becomes a libcurl easy handle, shared by HttpClient and HttpStreams. For platform's own use.
#pragma once

#include <curl/curl.h>

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "platform/http_message.h"

namespace gpubench::platform {

// Initialises libcurl once per process; safe from any thread. Must succeed before any other call.
base::Result<void> ready_curl();

struct CurlEasyCleanup {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using CurlEasy = std::unique_ptr<CURL, CurlEasyCleanup>;

// One exchange: owns what libcurl points to while it runs, so it must neither move nor die before the transfer ends.
class CurlExchange {
 public:
  // Receives pieces of the body; false cuts the exchange off.
  using OnBody = std::function<bool(std::string_view)>;

  CurlExchange(const HttpRequest& request, OnBody on_body);
  CurlExchange(const CurlExchange&) = delete;
  CurlExchange& operator=(const CurlExchange&) = delete;

  // Sets every option on a fresh (or reset) handle; an error names what in the request cannot be sent.
  base::Result<void> prepare(CURL* handle);
  // What to say of a transfer that ended with `code`.
  [[nodiscard]] base::Error explain(CURL* handle, CURLcode code) const;

  HttpResponse response;  // without body
  bool headers_complete = false;

 private:
  struct SlistFree {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };
  static std::size_t on_header(const char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(const char* bytes, std::size_t size, std::size_t count, void* self);
  static int on_progress(void* self, curl_off_t /*to_come*/, curl_off_t /*came*/, curl_off_t /*to_send*/, curl_off_t sent);
  base::Result<void> set_target(CURL* handle);
  base::Result<void> set_headers(CURL* handle);
  void set_method(CURL* handle) const;
  void set_limits(CURL* handle) const;
  void set_security(CURL* handle) const;
  bool take_header(std::string_view line);

  HttpRequest request_;
  OnBody on_body_;
  std::string peer_;  // host:port or socket path, for messages
  std::size_t header_bytes_ = 0;
  bool headers_too_big_ = false;
  std::unique_ptr<curl_slist, SlistFree> headers_;
  std::array<char, CURL_ERROR_SIZE> error_text_{};
};

}  // namespace gpubench::platform
