#include "exporting/victoriametrics/import_protocol.h"

#include <array>
#include <string>
#include <utility>

#include "exporting/answer.h"
#include "exporting/victoriametrics/import_lines.h"
#include "platform/gzip_stream.h"

namespace gpubench::exporting {
namespace {

class ImportProtocol final : public Protocol {
 public:
  explicit ImportProtocol(Endpoints endpoints) : endpoints_(std::move(endpoints)) {}

  [[nodiscard]] platform::HttpRequest write_request(std::span<const Sample> samples,
                                                    std::span<const Series> series) const override {
    platform::HttpRequest request;
    request.method = "POST";
    request.url = endpoints_.write;
    request.headers = {{"Content-Type", "application/json"}, {"Content-Encoding", "gzip"}};
    request.body = platform::gzip_bytes(import_lines(samples, series));
    return request;
  }

  [[nodiscard]] Verdict judge(const platform::HttpResponse& answer) const override { return judge_status(answer.status); }

  [[nodiscard]] platform::HttpRequest read_request(const ReadBackRange& range) const override {
    platform::HttpRequest request;
    request.url = endpoints_.read + "?match%5B%5D=" + selector_in_url(range) + "&start=" + seconds_text(range.from_ms) +
                  "&end=" + seconds_text(range.to_ms);
    return request;
  }

  [[nodiscard]] base::Result<Stored> read_answer(const std::string& body) const override { return exported_lines(body); }

 private:
  Endpoints endpoints_;
};

}  // namespace

// "/write" is what users of the old endpoint have in their settings.
Endpoints import_endpoints(std::string_view url) {
  constexpr std::array<std::string_view, 3> endings{"/", "/write", "/api/v1/import"};
  while (!take_ending(url, endings).empty()) continue;
  const std::string server(url);
  return {server + "/api/v1/import", server + "/api/v1/export", server + "/api/v1/write"};
}

std::unique_ptr<Protocol> make_import_protocol(Endpoints endpoints) {
  return std::make_unique<ImportProtocol>(std::move(endpoints));
}

}  // namespace gpubench::exporting
