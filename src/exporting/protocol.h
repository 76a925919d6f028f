// How to talk to one kind of receiver.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "exporting/sample.h"
#include "platform/http_client.h"

namespace gpubench::exporting {

// Addresses of one server.
struct Endpoints {
  std::string write;
  std::string read;  // of what is stored
  std::string end;   // of remote write, the only one that takes end_of_series(): VictoriaMetrics' import leaves it out
};

// What an answer means for the samples that were sent.
enum class Verdict : std::uint8_t {
  accepted,
  later,    // the same request may be taken another time
  setup,    // nothing will be accepted until somebody corrects address, password or certificate
  refused,  // something in it is refused for good: smaller requests find out what
  // As refused; but where it was sent before without an answer, it may be stored already: to be read back first.
  perhaps_stored,
};

// Stored samples of one series: each time's values, more than one if it is stored doubly.
using StoredSeries = std::map<std::int64_t, std::vector<double>>;
using Stored = std::map<std::string, StoredSeries>;  // by Series::json()

struct ReadBackRange {
  std::string run_id;
  std::vector<std::string> names;  // of series
  std::int64_t from_ms = 0;        // both inclusive
  std::int64_t to_ms = 0;
};

// Makes requests and reads answers; sends nothing itself. One thread.
class Protocol {
 public:
  virtual ~Protocol() = default;
  // A request without login and time limit. `samples` are sorted by series, then time.
  [[nodiscard]] virtual platform::HttpRequest write_request(std::span<const Sample> samples,
                                                            std::span<const Series> series) const = 0;
  [[nodiscard]] virtual Verdict judge(const platform::HttpResponse& answer) const = 0;
  [[nodiscard]] virtual platform::HttpRequest read_request(const ReadBackRange& range) const = 0;
  // An error: this is no answer to a read request.
  [[nodiscard]] virtual base::Result<Stored> read_answer(const std::string& body) const = 0;
};

// {run_id="...",__name__=~"a|b"} as part of an address. Run ids and names are made of letters, digits, "_" and "-".
std::string selector_in_url(const ReadBackRange& range);
// Takes off the first of `endings` that `url` ends in; empty: it ends in none of them.
std::string_view take_ending(std::string_view& url, std::span<const std::string_view> endings);
// "1795000000.123"
std::string seconds_text(std::int64_t milliseconds);

}  // namespace gpubench::exporting
