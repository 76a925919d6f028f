#include "platform/http_client.h"

#include <utility>

#include "platform/curl_exchange.h"

namespace gpubench::platform {
namespace {

class CurlHttpClient final : public HttpClient {
 public:
  explicit CurlHttpClient(std::string ca_file) : ca_file_(std::move(ca_file)) {}
  base::Result<HttpResponse> perform(const HttpRequest& request) override;

 private:
  base::Result<HttpResponse> exchange(const HttpRequest& request);

  std::string ca_file_;
  CurlEasy handle_;  // kept for its open connections; its options are reset for each request
};

base::Result<HttpResponse> CurlHttpClient::perform(const HttpRequest& request) {
  if (ca_file_.empty() || !request.ca_file.empty()) return exchange(request);
  HttpRequest completed = request;
  completed.ca_file = ca_file_;
  return exchange(completed);
}

base::Result<HttpResponse> CurlHttpClient::exchange(const HttpRequest& request) {
  if (auto ready = ready_curl(); !ready) return base::failure(ready.error());
  if (!handle_) handle_.reset(curl_easy_init());
  if (!handle_) return base::failure("out of memory (libcurl)");
  std::string body;
  bool too_big = false;
  CurlExchange running(request, [&](std::string_view piece) {
    too_big = piece.size() > request.max_body_bytes - body.size();
    if (!too_big) body.append(piece);
    return !too_big;
  });
  curl_easy_reset(handle_.get());
  if (auto prepared = running.prepare(handle_.get()); !prepared) return base::failure(prepared.error());
  const CURLcode code = curl_easy_perform(handle_.get());
  base::Error error = running.explain(handle_.get(), code);
  curl_easy_reset(handle_.get());  // forgets the pointers into `running` and the password
  if (too_big) {
    return base::failure("the answer is longer than " + std::to_string(request.max_body_bytes) + " bytes: " + error.message);
  }
  if (code != CURLE_OK) return base::failure(std::move(error));
  HttpResponse response = std::move(running.response);
  response.body = std::move(body);
  return response;
}

}  // namespace

std::unique_ptr<HttpClient> make_http_client(std::string ca_file) {
  return std::make_unique<CurlHttpClient>(std::move(ca_file));
}

}  // namespace gpubench::platform
