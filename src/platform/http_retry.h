// A request with retries where they can help, within a deadline that always holds.
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "platform/clock.h"
#include "platform/http_client.h"

namespace gpubench::platform {

// Up to three tries, each at most 5 s and none beyond `deadline`, with growing pauses of random length between them. Tried
// again: no answer, and the statuses 429 and 5xx. The last answer, whatever its status, or the last error.
base::Result<HttpResponse> perform_with_retry(HttpClient& http, const Clock& clock, HttpRequest request,
                                              base::SteadyTime deadline);

}  // namespace gpubench::platform
