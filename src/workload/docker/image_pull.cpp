#include "workload/docker/image_pull.h"

#include <chrono>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "platform/readable.h"
#include "workload/docker/engine/json.h"
#include "workload/docker/images.h"

namespace gpubench::workload {
namespace {

using namespace std::chrono_literals;

constexpr auto kAnswerWithin = 60s;       // the engine asks the registry first
constexpr auto kLongestUnpacking = 5min;  // while it unpacks a large layer it says nothing
constexpr auto kReportEvery = 2s;
constexpr std::size_t kLongestObject = std::size_t{1} << 20;
constexpr std::size_t kMostLayers = 1000;

std::uint64_t number(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

// The exchange of one pull; its connection is closed on every way out.
class Pull {
 public:
  Pull(EngineClient& engine, const platform::Clock& clock, const PullOptions& options)
      : engine_(engine), clock_(clock), options_(options) {}
  ~Pull() { engine_.streams().close(id_); }
  Pull(const Pull&) = delete;
  Pull& operator=(const Pull&) = delete;

  base::Result<void> run() {
    const auto take = [this](int status, std::string_view piece) {
      arrived_ = true;
      if (status == 200) report_.feed(piece);
      if (status != 200) refusal_.append(piece.substr(0, kLongestObject - std::min(kLongestObject, refusal_.size())));
      return true;
    };
    platform::HttpRequest request = engine_.endless_request("POST", "/images/create?" + pull_query(options_.image));
    if (!options_.login.empty()) request.headers.emplace_back("X-Registry-Auth", options_.login);
    const auto opened = engine_.streams().open(request, take);
    if (!opened) return base::failure(opened.error());
    id_ = *opened;
    say("pulling " + options_.image);
    if (const auto followed = follow(); !followed) return followed;
    const auto state = engine_.streams().state(id_);
    if (state.error) return base::failure(*state.error);
    if (state.status != 200) return base::failure(engine_words(refusal_));
    return report_.finish();
  }

 private:
  base::Result<void> follow() {
    base::SteadyTime quiet_since = clock_.now();
    base::SteadyTime reported = quiet_since;
    while (!engine_.streams().state(id_).finished) {
      arrived_ = false;
      engine_.streams().pump(500ms, options_.interrupt_fd);
      if (platform::is_readable(options_.interrupt_fd)) return base::failure("interrupted");
      const base::SteadyTime now = clock_.now();
      if (arrived_) quiet_since = now;
      const base::Duration patience =
          engine_.streams().state(id_).status ? base::Duration(kLongestUnpacking) : kAnswerWithin;
      if (now - quiet_since > patience) return base::failure("the engine stopped reporting progress");
      if (now - reported < kReportEvery) continue;
      reported = now;
      if (const std::string progress = report_.progress(); !progress.empty())
        say("pulling " + options_.image + ": " + progress);
    }
    return {};
  }
  void say(const std::string& line) const {
    if (options_.tell) options_.tell(line);
  }

  EngineClient& engine_;
  const platform::Clock& clock_;
  const PullOptions& options_;
  platform::HttpStreams::StreamId id_ = 0;
  PullReport report_;
  std::string refusal_;
  bool arrived_ = false;
};

}  // namespace

void PullReport::feed(std::string_view bytes) {
  for (const char c : bytes) {
    if (c == '\n') {
      if (!overlong_) take(line_);
      line_.clear();
      overlong_ = false;
    } else if (line_.size() < kLongestObject) {
      line_ += c;
    } else {
      overlong_ = true;
    }
  }
}

void PullReport::take(std::string_view object) {
  if (object.find_first_not_of(" \r\t") == std::string_view::npos) return;
  const auto json = base::parse_json(object);
  if (!json.is_object()) {
    if (error_.empty()) error_ = "the engine's progress messages are broken";
    return;
  }
  const auto detail = json.find("errorDetail");
  std::string words = detail != json.end() && detail->is_object() ? text(*detail, "message") : std::string();
  if (words.empty()) words = text(json, "error");
  const bool is_error = json.contains("error") || json.contains("errorDetail");
  if (is_error && error_.empty())
    error_ = words.empty() ? "the engine reported an error without a message" : engine_words(words);
  const std::string id = text(json, "id");
  const std::string status = text(json, "status");
  if (id.empty() || status.starts_with("Pulling from") || (layers_.size() >= kMostLayers && !layers_.contains(id))) return;
  Layer& layer = layers_[id];
  if (status == "Downloading") {
    const auto progress = json.find("progressDetail");
    if (progress == json.end() || !progress->is_object()) return;
    layer.done = number(*progress, "current");
    layer.total = number(*progress, "total");
  } else if (status == "Download complete" || status == "Pull complete" || status == "Already exists") {
    layer.done = layer.total;
    layer.complete = status != "Download complete";
  }
}

base::Result<void> PullReport::finish() {
  if (!line_.empty() && !overlong_) take(line_);  // an engine may leave out the last newline
  line_.clear();
  if (!error_.empty()) return base::failure(error_);
  return {};
}

std::string PullReport::progress() const {
  if (layers_.empty()) return {};
  std::size_t complete = 0;
  std::uint64_t done = 0;
  std::uint64_t total = 0;
  for (const auto& [id, layer] : layers_) {
    complete += layer.complete ? 1 : 0;
    done += layer.done;
    total += layer.total;
  }
  constexpr std::uint64_t mebibyte = 1048576;
  return std::to_string(complete) + " of " + std::to_string(layers_.size()) + " layers, " + std::to_string(done / mebibyte) +
         " of " + std::to_string(total / mebibyte) + " MiB";
}

std::string pull_query(const std::string& image) {
  const std::size_t at = image.find('@');
  if (at != std::string::npos) {
    return "fromImage=" + url_encoded(image.substr(0, at)) + "&tag=" + url_encoded(image.substr(at + 1));
  }
  const std::size_t slash = image.rfind('/');
  const std::size_t colon = image.rfind(':');
  const bool has_tag = colon != std::string::npos && (slash == std::string::npos || slash < colon);
  return "fromImage=" + url_encoded(has_tag ? image.substr(0, colon) : image) +
         "&tag=" + url_encoded(has_tag ? image.substr(colon + 1) : "latest");
}

base::Result<void> pull_image(EngineClient& engine, const platform::Clock& clock, const PullOptions& options) {
  auto pulled = Pull(engine, clock, options).run();
  if (pulled) return pulled;
  return base::failure("image \"" + options.image.substr(0, 300) + "\" could not be pulled: " + pulled.error().message,
                       "check the name and the network; if the registry needs a login, use docker login");
}

}  // namespace gpubench::workload
