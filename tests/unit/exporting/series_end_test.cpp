#include "exporting/series_end.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "support/manual_clock.h"
#include "support/plain_database.h"
#include "support/scripted_http.h"

namespace gpubench::exporting {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using support::http_answer;

class SeriesEndTest : public testing::Test {
 protected:
  SeriesEndTest() {
    directory_ = fs::path(testing::TempDir()) / ("gpubench-" + std::to_string(getpid()) + "-end");
    fs::remove_all(directory_);
    fs::create_directories(directory_);
  }
  ~SeriesEndTest() override { fs::remove_all(directory_); }
  SeriesEndTest(const SeriesEndTest&) = delete;
  SeriesEndTest& operator=(const SeriesEndTest&) = delete;

  // How often it was told, by the statuses answered, when it was tried as often.
  std::size_t told(const std::vector<int>& statuses, bool with_results = true) {
    std::vector<support::ScriptedHttp::Answer> answers;
    answers.reserve(statuses.size());
    for (const int status : statuses) answers.push_back(http_answer(status));
    support::ScriptedHttp http(std::move(answers));
    support::SecondsSource source(3);
    if (with_results) source.add_results();
    std::vector<Sample> read;
    EXPECT_TRUE(source.read(read, 100, kEverything));
    Ledger ledger(StateFolder::open(directory_).value(), {}, clock_);
    SeriesEnd end(source, support::plain_receiver(http), ledger, clock_);
    for (std::size_t i = 0; i <= statuses.size(); ++i) {
      static_cast<void>(end.tell(clock_.now() + 1h));
      static_cast<void>(end.tell(clock_.now() + 1h));  // at once: a pause is kept
      clock_.advance(2s);
    }
    ended_ = ledger.state().ended;
    return http.requests.size();
  }

  support::ManualClock clock_;
  bool ended_ = false;

 private:
  fs::path directory_;
};

TEST_F(SeriesEndTest, IsToldOnce) {
  EXPECT_EQ(told({204}), 1U);
  EXPECT_TRUE(ended_);
}

TEST_F(SeriesEndTest, TroubleIsTriedAgainAndARefusalIsNot) {
  EXPECT_EQ(told({503, 401, 204}), 3U);
  EXPECT_TRUE(ended_);
  EXPECT_EQ(told({400}), 1U);
  EXPECT_TRUE(ended_);
}

TEST_F(SeriesEndTest, BeforeTheResultsNothingHasEnded) {
  EXPECT_EQ(told({204}, false), 0U);
  EXPECT_FALSE(ended_);
}

}  // namespace
}  // namespace gpubench::exporting
