// A receiver of samples as it is reached over HTTP: protocol, address and login.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "base/result.h"
#include "base/time.h"
#include "exporting/destination.h"
#include "exporting/protocol.h"
#include "platform/http_client.h"

namespace gpubench::exporting {

// What came of one request.
struct Attempt {
  Verdict verdict = Verdict::later;
  int status = 0;     // 0: no answer
  std::string words;  // what to say of it; no secret
  std::string body;   // the answer's
  std::string wait;   // its Retry-After
};

// For a request that is to end by `deadline`, and takes `most` in any case.
inline base::Duration time_until(base::SteadyTime deadline, base::SteadyTime now, base::Duration most) {
  return std::clamp<base::Duration>(deadline - now, std::chrono::milliseconds(1), most);
}

// One thread. `http` must outlive it.
class Receiver {
 public:
  Receiver(platform::HttpClient& http, std::unique_ptr<const Protocol> protocol, DestinationSource source,
           Destination destination);

  // What write() takes, to be made beforehand. `samples` are sorted by series, then time.
  [[nodiscard]] platform::HttpRequest pack(std::span<const Sample> samples, std::span<const Series> series) const {
    return protocol_->write_request(samples, series);
  }
  Attempt write(platform::HttpRequest packed, base::Duration timeout);
  base::Result<Stored> read(const ReadBackRange& range, base::Duration timeout);
  // Asked while a request is under way: true ends it, as one without an answer.
  void give_up_when(std::function<bool()> so) { give_up_ = std::move(so); }
  // The login may have been corrected in its file.
  void renew();

 private:
  base::Result<platform::HttpResponse> perform(platform::HttpRequest request, base::Duration timeout);

  platform::HttpClient* http_;
  std::unique_ptr<const Protocol> protocol_;
  DestinationSource source_;
  Destination destination_;
  std::function<bool()> give_up_;
};

}  // namespace gpubench::exporting
