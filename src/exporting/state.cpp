#include "exporting/state.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>
#include <sstream>
#include <system_error>

#include "base/json.h"
#include "platform/files.h"
#include "platform/regular_file.h"
#include "runs/json_fields.h"

namespace gpubench::exporting {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kFolder = "export";
constexpr const char* kState = "state.json";
constexpr const char* kOutcome = "outcome.json";
constexpr const char* kQuarantine = "quarantine.jsonl";

Json place_json(const Place& place) {
  return Json::array({place.record, place.position});
}
Place place_from(const Json& json) {
  return {runs::whole<std::uint64_t>(json.at(0)), runs::whole<std::uint32_t>(json.at(1))};
}

// Empty: there is none, or none of ours.
std::string text_of_file(const fs::path& path, std::uint64_t most = std::uint64_t{1} << 20) {
  return platform::read_regular_file(path, most).value_or("");
}

base::Error trouble(const fs::path& path) {
  return {"cannot save the export's state in " + path.string() + ": " + std::generic_category().message(errno),
          "make the run's folder writable"};
}

base::Result<void> write_json(const fs::path& path, const Json& json) {
  return platform::write_file_atomically(path, base::json_text(json, 1) + "\n");
}

base::Result<void> append(const fs::path& path, std::string_view text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0644);
  if (file < 0) return base::failure(trouble(path));
  const bool whole = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  auto written = whole ? base::Result<void>() : base::failure(trouble(path));
  close(file);
  return written;
}

}  // namespace

base::Result<std::unique_ptr<StateFolder>> StateFolder::open(const fs::path& run_directory) {
  const fs::path path = run_directory / kFolder;
  if (mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) return base::failure(trouble(path));
  const int lock = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (lock < 0) return base::failure(trouble(path));
  if (!platform::lock_for_use(lock)) {
    close(lock);
    return base::failure("another process is exporting " + run_directory.string(), "wait for its end");
  }
  return std::unique_ptr<StateFolder>(new StateFolder(path, lock));
}

StateFolder::~StateFolder() {
  close(lock_);
}

State StateFolder::load(const std::string& destination, const std::string& names) {
  State fresh;
  fresh.destination = destination;
  fresh.names = names;
  quarantined_.clear();
  try {
    const Json json = base::parse_ordered_json(text_of_file(path_ / kState));
    if (json.at("destination") != destination || json.at("names") != names) return fresh;
    State state = fresh;
    state.delivered = place_from(json.at("delivered"));
    state.verified = place_from(json.at("verified"));
    state.accepted = runs::whole<std::uint64_t>(json.at("accepted"));
    state.found = runs::whole<std::uint64_t>(json.at("found"));
    state.resent = runs::whole<std::uint64_t>(json.at("resent"));
    state.doubled = runs::whole<std::uint64_t>(json.at("doubled"));
    state.differing = runs::whole<std::uint64_t>(json.at("differing"));
    state.ended = json.value("ended", false);
    load_quarantine(destination);
    return state;
  } catch (const std::exception&) {
    return fresh;  // none, or damaged: everything is sent again, which does no harm
  }
}

void StateFolder::load_quarantine(const std::string& destination) {
  constexpr std::uint64_t kLargest = std::uint64_t{256} << 20;
  std::istringstream file(text_of_file(path_ / kQuarantine, kLargest));
  for (std::string line; std::getline(file, line);) {
    try {
      const Json json = base::parse_ordered_json(line);
      if (json.at("destination") == destination) quarantined_.insert(place_from(json.at("place")));
    } catch (const std::exception&) {
      continue;  // a torn line: its sample is refused once more
    }
  }
}

base::Result<void> StateFolder::save(const State& state) const {
  const Json json{{"destination", state.destination},
                  {"names", state.names},
                  {"delivered", place_json(state.delivered)},
                  {"verified", place_json(state.verified)},
                  {"accepted", state.accepted},
                  {"quarantined", quarantined_.size()},
                  {"found", state.found},
                  {"resent", state.resent},
                  {"doubled", state.doubled},
                  {"differing", state.differing},
                  {"ended", state.ended}};
  return write_json(path_ / kState, json);
}

base::Result<void> StateFolder::save_outcome(const record::ExportRecord& outcome) const {
  const Json json{{"destination", outcome.destination},
                  {"recorded", outcome.recorded},
                  {"accepted", outcome.accepted},
                  {"verified", outcome.verified},
                  {"pending", outcome.pending},
                  {"quarantined", outcome.quarantined},
                  {"reason", outcome.reason}};
  return write_json(path_ / kOutcome, json);
}

base::Result<void> StateFolder::quarantine(const std::string& destination, const std::vector<RefusedSample>& refused) {
  std::string lines;
  for (const RefusedSample& one : refused) {
    const Json json{{"destination", destination},
                    {"place", place_json(one.sample.place)},
                    {"metric", base::parse_ordered_json(one.series)},
                    {"time_ms", one.sample.time_ms},
                    {"value", one.sample.value},
                    {"status", one.status},
                    {"answer", one.answer}};
    lines += base::json_text(json) + "\n";
    quarantined_.insert(one.sample.place);
  }
  return append(path_ / kQuarantine, lines);
}

std::optional<record::ExportRecord> last_export(const fs::path& run_directory) {
  try {
    const Json json = base::parse_ordered_json(text_of_file(run_directory / kFolder / kOutcome));
    record::ExportRecord outcome;
    outcome.requested = true;
    outcome.destination = json.at("destination").get<std::string>();
    outcome.recorded = runs::whole<std::size_t>(json.at("recorded"));
    outcome.accepted = runs::whole<std::size_t>(json.at("accepted"));
    outcome.verified = runs::whole<std::size_t>(json.at("verified"));
    outcome.pending = runs::whole<std::size_t>(json.at("pending"));
    outcome.quarantined = runs::whole<std::size_t>(json.at("quarantined"));
    outcome.reason = json.at("reason").get<std::string>();
    return outcome;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace gpubench::exporting
