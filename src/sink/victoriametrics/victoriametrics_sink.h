// Sends each interval's readings to a VictoriaMetrics database while the run lasts.
#pragma once

#include <cstddef>
#include <memory>

#include "base/result.h"
#include "base/time.h"
#include "platform/clock.h"
#include "platform/http_client.h"
#include "sink/sink.h"
#include "sink/victoriametrics/destination.h"

namespace gpubench::sink {

struct VictoriaLimits {
  std::size_t pending = 100'000;  // samples kept while the server does not take them; then the oldest go
  std::size_t batch = 10'000;     // samples in one request
  base::Duration send_time = std::chrono::seconds(5);  // that one send() may take
};

// An error says what is wrong with the options; the server is not asked. What could not be delivered is counted in the
// ExportRecord, with the reason; a request that the server refuses for good (4xx) is not repeated. `http` and `clock` must
// outlive the sink.
base::Result<std::unique_ptr<Sink>> make_victoriametrics_sink(platform::HttpClient& http, const platform::Clock& clock,
                                                              const VictoriaOptions& options, VictoriaLimits limits = {});

}  // namespace gpubench::sink
