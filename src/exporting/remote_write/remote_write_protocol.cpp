#include "exporting/remote_write/remote_write_protocol.h"

#include <snappy.h>

#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "base/json.h"
#include "exporting/answer.h"
#include "exporting/remote_write/write_message.h"

namespace gpubench::exporting {
namespace {

using Json = nlohmann::json;

Series series_of(const Json& metric) {
  Series series;
  for (const auto& [label, value] : metric.items()) {
    if (label == "__name__") {
      series.name = value.get<std::string>();
    } else {
      series.labels.emplace_back(label, value.get<std::string>());
    }
  }
  return series;
}

double number_in(const std::string& text) {
  double value = std::nan("");
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

class RemoteWriteProtocol final : public Protocol {
 public:
  explicit RemoteWriteProtocol(Endpoints endpoints) : endpoints_(std::move(endpoints)) {}

  [[nodiscard]] platform::HttpRequest write_request(std::span<const Sample> samples,
                                                    std::span<const Series> series) const override {
    const std::string message = write_message(samples, series);
    platform::HttpRequest request;
    request.method = "POST";
    request.url = endpoints_.write;
    request.headers = {{"Content-Type", "application/x-protobuf"},
                       {"Content-Encoding", "snappy"},
                       {"X-Prometheus-Remote-Write-Version", "0.1.0"}};
    snappy::Compress(message.data(), message.size(), &request.body);
    return request;
  }

  // Prometheus, Mimir and Thanos take each time of a series once and in order.
  [[nodiscard]] Verdict judge(const platform::HttpResponse& answer) const override {
    const Verdict verdict = judge_status(answer.status);
    const auto says = [&](std::string_view words) { return answer.body.find(words) != std::string::npos; };
    const bool repeated = says("out of order") || says("out-of-order") || says("duplicate sample");
    return verdict == Verdict::refused && repeated ? Verdict::perhaps_stored : verdict;
  }

  // The samples themselves, by a range selector. VictoriaMetrics would hide the latest without latency_offset.
  [[nodiscard]] platform::HttpRequest read_request(const ReadBackRange& range) const override {
    platform::HttpRequest request;
    request.url = endpoints_.read + "?query=" + selector_in_url(range) + "%5B" +
                  std::to_string(range.to_ms - range.from_ms + 1) + "ms%5D&time=" + seconds_text(range.to_ms) +
                  "&nocache=1&latency_offset=1ms";
    return request;
  }

  [[nodiscard]] base::Result<Stored> read_answer(const std::string& body) const override {
    const Json answer = base::parse_json(body);
    if (answer.is_discarded()) return base::failure(std::string(kUnreadableAnswer));
    Stored stored;
    try {
      for (const Json& one : answer.at("data").at("result")) {
        StoredSeries& series = stored[series_of(one.at("metric")).json()];
        for (const Json& pair : one.at("values"))
          series[std::llround(pair.at(0).get<double>() * 1000)].push_back(number_in(pair.at(1).get<std::string>()));
      }
    } catch (const Json::exception& error) {
      return base::failure(std::string(kUnreadableAnswer) + ": " + error.what());
    }
    return stored;
  }

 private:
  Endpoints endpoints_;
};

}  // namespace

// The endpoints of Prometheus, VictoriaMetrics and vminsert; of Mimir and of Thanos' receiver. Their queries lie elsewhere:
// beside the first, below /prometheus of the second; the third is a service that answers none.
Endpoints remote_write_endpoints(std::string_view url) {
  constexpr std::array<std::string_view, 3> endings{"/api/v1/write", "/api/v1/push", "/api/v1/receive"};
  while (url.ends_with('/')) url.remove_suffix(1);
  const std::string_view ending = take_ending(url, endings);
  const std::string server(url);
  const std::string write = server + std::string(ending.empty() ? endings[0] : ending);
  return {write, server + (ending == endings[1] ? "/prometheus/api/v1/query" : "/api/v1/query"), write};
}

std::unique_ptr<Protocol> make_remote_write_protocol(Endpoints endpoints) {
  return std::make_unique<RemoteWriteProtocol>(std::move(endpoints));
}

}  // namespace gpubench::exporting
