// The carbon provider, the real HTTP client and a real server that speaks the service's shapes and faults.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "carbon/grid_gb/grid_gb.h"
#include "integration/subprocess_text.h"
#include "platform/clock.h"
#include "platform/http_client.h"
#include "support/places/places.h"

namespace gpubench::carbon {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;

const base::WallTime kNoon =
    std::chrono::sys_days(std::chrono::year(2026) / std::chrono::November / 22) + std::chrono::hours(12);

class StubService {
 public:
  explicit StubService(const std::string& mode)
      // The first line is the process id: exec keeps it.
      : pipe_(::popen(
            ("echo $$; exec '" + support::source_folder() + "/tests/support/stub-carbon-api' --port 0 --mode " + mode)
                .c_str(),
            "r")),
        pid_(std::atoi(support::next_line(pipe_).c_str())),
        port_(support::next_line(pipe_)) {}
  ~StubService() {
    if (pid_ > 0) ::kill(pid_, SIGTERM);
  }
  StubService(const StubService&) = delete;
  StubService& operator=(const StubService&) = delete;
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + port_; }

 private:
  support::CommandPipe pipe_;
  pid_t pid_;
  std::string port_;
};

class CarbonService : public testing::Test {
 protected:
  base::Result<std::vector<IntensitySlot>> ask(const std::string& url, base::Duration length = minutes(90)) {
    const auto provider = make_grid_gb_provider(*http_, clock_, url, *find_region("South England"));
    return provider->slots(kNoon + minutes(10), kNoon + length);
  }
  // The values found for 12:00, 12:30 and 13:00.
  std::vector<double> values(const std::string& mode) {
    const StubService service(mode);
    const auto slots = ask(service.url());
    EXPECT_TRUE(slots) << slots.error().message;
    std::vector<double> found;
    if (slots) {
      for (const IntensitySlot& slot : *slots) found.push_back(slot.intensity.grams_per_kilowatt_hour());
    }
    return found;
  }
  std::string error(const std::string& mode) {
    const StubService service(mode);
    const auto slots = ask(service.url());
    return slots ? "no error" : slots.error().message;
  }
  platform::SystemClock clock_;
  std::unique_ptr<platform::HttpClient> http_ = platform::make_http_client();
};

TEST_F(CarbonService, GoodAnswersInAllShapes) {
  const std::vector<double> expected{160, 170, 180};
  EXPECT_EQ(values("ok"), expected);
  EXPECT_EQ(values("array"), expected);
  EXPECT_EQ(values("duplicate"), expected);
  EXPECT_EQ(values("null"), (std::vector<double>{160, 180}));
}

TEST_F(CarbonService, FortyEightHoursAtOnce) {
  const StubService service("ok");
  const auto slots = ask(service.url(), std::chrono::hours(48));
  ASSERT_TRUE(slots) << slots.error().message;
  EXPECT_EQ(slots->size(), 96u);
}

TEST_F(CarbonService, FaultsAreNamed) {
  EXPECT_THAT(error("empty_object"), HasSubstr("no half-hours in the answer: {}"));
  EXPECT_THAT(error("empty_list"), HasSubstr("no half-hours in the answer"));
  EXPECT_THAT(error("html"), HasSubstr("not JSON: <!DOCTYPE html>"));
  EXPECT_THAT(error("error500"), HasSubstr("HTTP 500: Requested resource not found."));
}

TEST_F(CarbonService, AnEmptyOrCutAnswerIsNamed) {
  EXPECT_THAT(error("empty_body"), HasSubstr("the answer is empty"));
  EXPECT_THAT(error("cut"), HasSubstr("no carbon forecast from http://127.0.0.1"));
}

TEST_F(CarbonService, AShortHorizonIsAHoleAtTheEnd) {
  const StubService service("horizon");
  const auto provider = make_grid_gb_provider(*http_, clock_, service.url(), *find_region("South England"));
  const base::WallTime now = clock_.wall_now();
  const auto slots = provider->slots(now, now + std::chrono::hours(48));
  ASSERT_TRUE(slots) << slots.error().message;
  EXPECT_TRUE(covers(*slots, now, now + std::chrono::hours(19)));
  EXPECT_FALSE(covers(*slots, now, now + std::chrono::hours(21)));
}

TEST_F(CarbonService, AByteASecondTakesNoMoreThanThePatience) {
  const StubService service("drip");
  const auto provider =
      make_grid_gb_provider(*http_, clock_, service.url(), *find_region("South England"), std::chrono::seconds(2));
  const auto before = clock_.now();
  EXPECT_FALSE(provider->slots(kNoon, kNoon + minutes(90)));
  EXPECT_LE(clock_.now() - before, seconds(3));
}

TEST_F(CarbonService, TooMuchIsCutOff) {
  EXPECT_THAT(error("oversize"), HasSubstr("no carbon forecast from http://127.0.0.1"));
}

TEST_F(CarbonService, ASlowServiceTakesNoMoreThanTenSeconds) {
  const StubService service("slow");  // its start is not the service's slowness
  const auto before = clock_.now();
  const auto slots = ask(service.url());
  ASSERT_FALSE(slots);
  EXPECT_THAT(slots.error().message, HasSubstr("no carbon forecast from http://127.0.0.1"));
  EXPECT_LE(clock_.now() - before, seconds(11));
}

TEST_F(CarbonService, NobodyThere) {
  const auto slots = ask("http://127.0.0.1:1");
  ASSERT_FALSE(slots);
  EXPECT_THAT(slots.error().message, HasSubstr("no carbon forecast from http://127.0.0.1:1"));
  EXPECT_THAT(slots.error().remedy, HasSubstr("check the network"));
}

}  // namespace
}  // namespace gpubench::carbon
