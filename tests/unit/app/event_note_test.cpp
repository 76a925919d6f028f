#include "app/event_note.h"

#include <gtest/gtest.h>

#include <chrono>
#include <nlohmann/json.hpp>

namespace gpubench::app {
namespace {

using namespace std::chrono_literals;
using record::UserKind;

TEST(EventNote, ReadsBack) {
  record::GpuEvents events;
  events.checks = 3;
  events.throttle_times_known = true;
  events.throttle_times = {{"software_thermal", 1234567ns, true}, {"board_limit", 0ns, false}};
  events.corrected_errors = 4;
  events.xids_told = true;
  events.xids = {31, 79};
  events.users = {{77, "a\xff", UserKind::foreign, base::Bytes::from_mebibytes(3)}, {78, "", UserKind::unknown, {}}};
  events.more_users = 2;
  events.users_untold = "why";
  const auto back = events_from(nlohmann::ordered_json::parse(events_note({events, {}})));
  ASSERT_EQ(back.size(), 2U);
  EXPECT_EQ(back[0].throttle_times.at(0).time, base::Duration(1234567ns));
  EXPECT_EQ(back[0].throttle_times.at(1).reason, "board_limit");
  EXPECT_EQ(back[0].corrected_errors, 4U);
  EXPECT_FALSE(back[0].remapped_rows);
  EXPECT_EQ(back[0].xids, events.xids);
  EXPECT_EQ(back[0].users.at(0).kind, UserKind::foreign);
  EXPECT_EQ(back[0].users.at(0).most_memory, events.users[0].most_memory);
  EXPECT_FALSE(back[0].users.at(1).most_memory);
  EXPECT_EQ(back[0].users_untold, "why");
  EXPECT_EQ(back[1].checks, 0U);
}

}  // namespace
}  // namespace gpubench::app
