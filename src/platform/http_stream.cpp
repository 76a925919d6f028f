#include "platform/http_stream.h"

#include <algorithm>
#include <map>

#include "platform/clock.h"
#include "platform/curl_exchange.h"

namespace gpubench::platform {
namespace {

struct CurlMultiCleanup {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

class CurlHttpStreams;

// One open exchange; dies after its handle was taken out of the multi handle.
struct Stream {
  Stream(CurlHttpStreams& owner, const HttpRequest& request, HttpStreams::OnBody on_body);
  CurlExchange exchange;
  CurlEasy handle;
  HttpStreamState state;
};

class CurlHttpStreams final : public HttpStreams {
 public:
  CurlHttpStreams() = default;
  ~CurlHttpStreams() override {
    for (const auto& [id, stream] : streams_) curl_multi_remove_handle(multi_.get(), stream->handle.get());
  }
  CurlHttpStreams(const CurlHttpStreams&) = delete;
  CurlHttpStreams& operator=(const CurlHttpStreams&) = delete;

  base::Result<StreamId> open(const HttpRequest& request, OnBody on_body) override;
  base::Result<int> wait_for_headers(StreamId id, base::Duration timeout) override;
  void pump(base::Duration timeout, int wake_fd) override;
  [[nodiscard]] HttpStreamState state(StreamId id) const override;
  void close(StreamId id) override;

  void note_progress() { progressed_ = true; }

 private:
  void transfer();
  void note_ended();
  Stream* find(CURL* handle);

  SystemClock clock_;
  std::unique_ptr<CURLM, CurlMultiCleanup> multi_;
  std::map<StreamId, std::unique_ptr<Stream>> streams_;
  StreamId next_id_ = 1;
  bool progressed_ = false;  // something arrived or ended since pump() began
};

Stream::Stream(CurlHttpStreams& owner, const HttpRequest& request, HttpStreams::OnBody on_body)
    : exchange(request, [this, &owner, on_body = std::move(on_body)](std::string_view piece) {
        owner.note_progress();
        return on_body(exchange.response.status, piece);
      }) {}

base::Result<HttpStreams::StreamId> CurlHttpStreams::open(const HttpRequest& request, OnBody on_body) {
  if (auto ready = ready_curl(); !ready) return base::failure(ready.error());
  if (!multi_) multi_.reset(curl_multi_init());
  auto stream = std::make_unique<Stream>(*this, request, std::move(on_body));
  stream->handle.reset(curl_easy_init());
  if (!multi_ || !stream->handle) return base::failure("out of memory (libcurl)");
  if (auto prepared = stream->exchange.prepare(stream->handle.get()); !prepared) return base::failure(prepared.error());
  if (const CURLMcode code = curl_multi_add_handle(multi_.get(), stream->handle.get()); code != CURLM_OK) {
    return base::failure(std::string("libcurl refused the exchange: ") + curl_multi_strerror(code));
  }
  const StreamId id = next_id_++;
  streams_.emplace(id, std::move(stream));
  return id;
}

base::Result<int> CurlHttpStreams::wait_for_headers(StreamId id, base::Duration timeout) {
  const base::SteadyTime deadline = clock_.now() + timeout;
  transfer();
  for (;;) {
    const HttpStreamState now = state(id);
    if (now.status) return *now.status;
    if (now.error) return base::failure(*now.error);
    if (now.finished) return base::failure("the exchange ended before it was answered");
    const base::Duration left = deadline - clock_.now();
    if (left <= base::Duration::zero()) {
      return base::failure("no answer within " + std::to_string(std::chrono::ceil<std::chrono::seconds>(timeout).count()) +
                           " s");
    }
    pump(left, -1);
  }
}

void CurlHttpStreams::pump(base::Duration timeout, int wake_fd) {
  progressed_ = false;
  if (!multi_) multi_.reset(curl_multi_init());
  transfer();
  if (progressed_) return;
  curl_waitfd wake{wake_fd, CURL_WAIT_POLLIN, 0};
  const auto limit = std::clamp(std::chrono::ceil<std::chrono::milliseconds>(timeout), std::chrono::milliseconds(0),
                                std::chrono::milliseconds(std::chrono::hours(24)));
  curl_multi_poll(multi_.get(), &wake, wake_fd >= 0 ? 1 : 0, static_cast<int>(limit.count()), nullptr);
  transfer();
}

void CurlHttpStreams::transfer() {
  int running = 0;
  curl_multi_perform(multi_.get(), &running);
  note_ended();
  for (const auto& [id, stream] : streams_) {
    if (stream->exchange.headers_complete && !stream->state.status) {
      stream->state.status = stream->exchange.response.status;
      progressed_ = true;
    }
  }
}

void CurlHttpStreams::note_ended() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    Stream* stream = find(message->easy_handle);
    if (stream == nullptr) continue;
    progressed_ = true;
    stream->state.finished = true;
    const CURLcode code = message->data.result;
    if (code != CURLE_OK) stream->state.error = stream->exchange.explain(stream->handle.get(), code);
  }
}

Stream* CurlHttpStreams::find(CURL* handle) {
  const auto found = std::find_if(streams_.begin(), streams_.end(),
                                  [&](const auto& entry) { return entry.second->handle.get() == handle; });
  return found == streams_.end() ? nullptr : found->second.get();
}

HttpStreamState CurlHttpStreams::state(StreamId id) const {
  const auto found = streams_.find(id);
  return found == streams_.end() ? HttpStreamState{std::nullopt, true, std::nullopt} : found->second->state;
}

void CurlHttpStreams::close(StreamId id) {
  const auto found = streams_.find(id);
  if (found == streams_.end()) return;
  curl_multi_remove_handle(multi_.get(), found->second->handle.get());
  streams_.erase(found);
}

}  // namespace

std::unique_ptr<HttpStreams> make_http_streams() {
  return std::make_unique<CurlHttpStreams>();
}

}  // namespace gpubench::platform
