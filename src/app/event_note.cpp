#include "app/event_note.h"

#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/json_fields.h"
#include "record/statistics.h"

namespace gpubench::app {
namespace {

using Json = nlohmann::ordered_json;
using record::GpuEvents;

Json user_json(const record::GpuUser& user) {
  return {{"id", user.id},
          {"name", user.name},
          {"kind", static_cast<int>(user.kind)},
          {"most_bytes", optional_json(user.most_memory, &base::Bytes::bytes)}};
}

record::GpuUser user_from(const Json& json) {
  record::GpuUser user;
  user.id = whole<unsigned>(json.at("id"));
  user.name = json.at("name").get<std::string>();
  constexpr std::array kinds{record::UserKind::benchmark, record::UserKind::foreign, record::UserKind::unknown};
  user.kind = kinds.at(whole<std::size_t>(json.at("kind")));
  user.most_memory = optional_at(json, "most_bytes", base::Bytes::from_bytes);
  return user;
}

Json events_json(const GpuEvents& events) {
  Json times = Json::array();
  for (const record::ThrottleTime& time : events.throttle_times)
    times.push_back({{"reason", time.reason}, {"ns", time.time.count()}, {"slowdown", time.slowdown}});
  Json users = Json::array();
  for (const record::GpuUser& user : events.users) users.push_back(user_json(user));
  return {{"checks", events.checks},
          {"throttle_times_known", events.throttle_times_known},
          {"throttle_times", std::move(times)},
          {"corrected_errors", optional_json(events.corrected_errors)},
          {"uncorrected_errors", optional_json(events.uncorrected_errors)},
          {"remapped_rows", optional_json(events.remapped_rows)},
          {"xids_told", events.xids_told},
          {"xids", events.xids},
          {"users", std::move(users)},
          {"more_users", events.more_users},
          {"users_untold", events.users_untold}};
}

GpuEvents gpu_events_from(const Json& json) {
  GpuEvents events;
  events.checks = whole<std::size_t>(json.at("checks"));
  events.throttle_times_known = json.at("throttle_times_known").get<bool>();
  for (const Json& time : json.at("throttle_times")) {
    const std::string_view reason = record::throttle_reason_literal(time.at("reason").get<std::string>());
    if (reason.empty()) continue;  // of a newer version
    events.throttle_times.push_back(
        {reason, base::Duration(whole<std::int64_t>(time.at("ns"))), time.at("slowdown").get<bool>()});
  }
  events.corrected_errors = optional_at<std::uint64_t>(json, "corrected_errors");
  events.uncorrected_errors = optional_at<std::uint64_t>(json, "uncorrected_errors");
  events.remapped_rows = optional_at<std::uint64_t>(json, "remapped_rows");
  events.xids_told = json.at("xids_told").get<bool>();
  events.xids = whole_numbers<std::uint64_t>(json.at("xids"));
  for (const Json& user : json.at("users")) events.users.push_back(user_from(user));
  events.more_users = whole<std::size_t>(json.at("more_users"));
  events.users_untold = json.at("users_untold").get<std::string>();
  return events;
}

}  // namespace

std::string events_note(const std::vector<GpuEvents>& events) {
  Json gpus = Json::array();
  for (const GpuEvents& gpu : events) gpus.push_back(events_json(gpu));
  // A process name need not be UTF-8.
  return Json({{"note", "events"}, {"gpus", std::move(gpus)}}).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::vector<GpuEvents> events_from(const Json& note) {
  std::vector<GpuEvents> events;
  for (const Json& gpu : note.at("gpus")) events.push_back(gpu_events_from(gpu));
  return events;
}

}  // namespace gpubench::app
