#include "workload/docker/container.h"

#include <chrono>
#include <nlohmann/json.hpp>

#include "base/json.h"

namespace gpubench::workload {
namespace {

using namespace std::chrono_literals;

// The storage driver "vfs" copies the whole image for each container, GPU hooks take seconds: these bound a hung engine
// only.
constexpr auto kCreateLimit = 10min;
constexpr auto kStartLimit = 5min;
constexpr auto kRemoveLimit = 60s;
constexpr int kRemoveTries = 4;  // an engine under load, or one that restarts, fails now and then
constexpr auto kBetweenTries = 1s;
constexpr auto kRemovalUnderWay = 5min;  // the engine takes long for millions of files
constexpr auto kBetweenWords = 10s;      // that it says so again
constexpr auto kBetweenLooks = 100ms;
constexpr auto kComesWithin = 2s;  // a name is known only some time after a creation whose answer is lost
constexpr auto kSignalLimit = 5s;

std::string id_in(const std::string& body) {
  const auto json = base::parse_json(body);
  if (!json.is_object() || !json.contains("Id") || !json["Id"].is_string()) return {};
  const std::string id = json["Id"];
  return id.find_first_not_of("0123456789abcdef") == std::string::npos ? id : std::string();  // it becomes part of paths
}

bool says_removing(const platform::HttpResponse& answer) {
  const auto state = parse_container_state(answer.body);
  return answer.status == 200 && state && state->status == "removing";
}

std::string remedy_for_creation(const std::string& words) {
  const auto says = [&](const char* part) { return words.find(part) != std::string::npos; };
  if (says("emory limit")) return "give it more with --memory";
  if (says("bind source path does not exist") || (says("statfs") && says("no such file")))
    return "correct the path after --mount, or make it first: it must be there on the engine's machine";
  if (says("o command specified") || says("ENTRYPOINT"))  // Docker, Podman
    return "the image has no program of its own: write one after --";
  return {};
}

}  // namespace

base::Result<void> Container::create(CreateInput& input, const std::string& name) {
  for (;;) {
    name_ = name;
    const auto answer = engine_.call("POST", "/containers/create" + (name.empty() ? "" : "?name=" + name),
                                     create_request_json(input), kCreateLimit);
    if (!answer) return base::failure(answer.error().with_context("could not create the container"));
    if (answer->status == 201) {
      id_ = id_in(answer->body);
      if (id_.empty()) return base::failure("the engine created a container but did not name it");
      return {};
    }
    name_.clear();  // also on a conflict: that container is not ours
    const std::string words = engine_words(*answer);
    if (!give_way(input.choices, words))
      return base::failure("the engine could not create the container: " + words, remedy_for_creation(words));
  }
}

base::Result<void> Container::start() {
  const auto answer = engine_.call("POST", "/containers/" + id_ + "/start", "", kStartLimit);
  if (!answer) return base::failure(answer.error());
  if (answer->status == 204 || answer->status == 304) return {};
  return base::failure(engine_words(*answer));
}

Container::Signalled Container::signal(const char* name) {
  const auto answer = engine_.call("POST", "/containers/" + id_ + "/kill?signal=" + name, "", kSignalLimit);
  if (!answer || (answer->status >= 500)) return Signalled::engine_lost;
  return answer->status < 300 ? Signalled::sent : Signalled::not_running;  // 409 not running, 404 gone
}

base::Result<std::optional<ContainerState>> Container::inspect(base::Duration timeout) {
  const auto answer = engine_.call("GET", "/containers/" + id_ + "/json", "", timeout);
  if (!answer) return base::failure(answer.error());
  if (answer->status == 404) return std::optional<ContainerState>();
  if (answer->status != 200) return base::failure("the engine did not describe the container: " + engine_words(*answer));
  auto state = parse_container_state(answer->body);
  if (!state) return base::failure(state.error());
  return std::optional<ContainerState>(std::move(*state));
}

base::Result<GivenGpus> Container::given_gpus() {
  const auto answer = engine_.call("GET", "/containers/" + id_ + "/json", "", kSignalLimit);
  if (!answer) return base::failure(answer.error());
  if (answer->status != 200) return base::failure("the engine did not describe the container: " + engine_words(*answer));
  return parse_given_gpus(answer->body);
}

base::Result<void> Container::remove() {
  const std::string which = id_.empty() ? name_ : id_;
  if (which.empty()) return {};
  const std::string by_hand = "once the engine answers: docker rm --force " + which.substr(0, 80);
  const auto answer = ask_to_remove(which);
  const bool is_under_way = answer && answer->status == 409;
  const bool is_unknown = answer && answer->status == 404;
  if (is_unknown && id_.empty())
    return base::failure("the engine may still make the container " + which.substr(0, 80),
                         "look again a little later, and remove it: docker rm --force " + which.substr(0, 80));
  bool gone = answer && (answer->status < 300 || is_unknown);
  const bool may_come = !answer && id_.empty();  // that it is not there yet does not say that it is gone
  if ((!answer && !may_come && !engine_.is_interrupted()) || is_under_way)
    gone = wait_until_removed(which, is_under_way ? kBetweenWords : 0s);
  if (!gone) {
    const std::string words = answer ? engine_words(*answer) : answer.error().message;
    return base::failure("could not remove the container " + which.substr(0, 80) + ": " + words, by_hand);
  }
  id_.clear();
  name_.clear();
  return {};
}

// Asks again where the engine failed, or does not know a container yet that it may be making.
base::Result<platform::HttpResponse> Container::ask_to_remove(const std::string& which) {
  const base::SteadyTime deadline = clock_.now() + kComesWithin;
  for (int failures = 0;;) {
    auto answer = engine_.call("DELETE", "/containers/" + which + "?force=1&v=1", "", kRemoveLimit);
    if (!answer) return answer;
    const bool may_come = answer->status == 404 && id_.empty() && clock_.now() < deadline;
    const bool may_work = answer->status >= 500 && ++failures < kRemoveTries && !engine_.is_interrupted();
    if (!may_come && !may_work) return answer;
    clock_.sleep_until(clock_.now() + (may_come ? base::Duration(kBetweenLooks) : base::Duration(kBetweenTries)));
  }
}

// Whether it was removed: within `patience`, or while the engine says that it is working on it.
bool Container::wait_until_removed(const std::string& which, base::Duration patience) {
  const base::SteadyTime end = clock_.now() + kRemovalUnderWay;
  for (base::SteadyTime deadline = clock_.now() + patience;;) {
    const auto answer = engine_.call("GET", "/containers/" + which + "/json", "", kSignalLimit);
    if (answer && answer->status == 404) return true;
    const base::SteadyTime now = clock_.now();
    if (answer && says_removing(*answer)) deadline = now + kBetweenWords;
    if (now >= std::min(deadline, end) || engine_.is_interrupted()) return false;
    clock_.sleep_until(now + kBetweenLooks);
  }
}

}  // namespace gpubench::workload
