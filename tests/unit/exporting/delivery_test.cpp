// Retry classes, pauses, bisection and quarantine, against a receiver that is written by the test.
#include "exporting/delivery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "exporting/answer.h"
#include "support/manual_clock.h"
#include "support/scripted_http.h"

namespace gpubench::exporting {
namespace {

using namespace std::chrono_literals;
using support::http_answer;
using testing::ElementsAre;
using testing::HasSubstr;

// A request's body is one character for each sample: its value.
class PlainProtocol final : public Protocol {
 public:
  [[nodiscard]] platform::HttpRequest write_request(std::span<const Sample> samples,
                                                    std::span<const Series> /*series*/) const override {
    platform::HttpRequest request;
    request.method = "POST";
    for (const Sample& sample : samples) request.body += static_cast<char>(sample.value);
    return request;
  }
  [[nodiscard]] Verdict judge(const platform::HttpResponse& answer) const override {
    return answer.body == "out of order" ? Verdict::perhaps_stored : judge_status(answer.status);
  }
  [[nodiscard]] platform::HttpRequest read_request(const ReadBackRange& /*range*/) const override { return {}; }
  [[nodiscard]] base::Result<Stored> read_answer(const std::string& body) const override {
    Stored stored;
    for (std::size_t i = 0; i < body.size(); ++i) stored[make_series("s", {}).json()][body[i]] = {0};
    return stored;
  }
};

class Bench {
 public:
  using Answer = support::ScriptedHttp::Answer;
  explicit Bench(std::function<Answer(const std::string& body)> answer)
      : http_([this, answer = std::move(answer)](const platform::HttpRequest& request) {
          if (request.method == "GET") return http_answer(200, stored);
          auto given = answer(request.body);
          if (given && given->status / 100 == 2) taken.insert(request.body.begin(), request.body.end());
          return given;
        }) {}

  void begin(const std::string& values) {
    std::vector<Sample> batch;
    for (const char value : values)
      batch.push_back({0, value, static_cast<double>(value), {1, static_cast<std::uint32_t>(value)}});
    delivery.begin(make_batch(batch, series_, receiver_), series_, "run");
  }
  // Until it is done or `tries` have been made; moves the clock on as is asked for.
  void work(int tries = 1000) {
    for (; tries > 0 && delivery.busy(); --tries) {
      clock.sleep_until(delivery.next_try());
      delivery.advance(clock.now() + 1h);
    }
  }
  [[nodiscard]] std::string refused() const {
    std::string values;
    for (const RefusedSample& one : delivery.refused()) values += static_cast<char>(one.sample.value);
    return values;
  }

  std::string stored;  // what a read-back finds
  std::set<char> taken;
  support::ManualClock clock;

 private:
  support::ScriptedHttp http_;
  Receiver receiver_{http_, std::make_unique<PlainProtocol>(), [] { return base::Result<Destination>(Destination{}); }, {}};
  std::vector<Series> series_{make_series("s", {})};

 public:
  Delivery delivery{receiver_, clock};
};

const std::string kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

TEST(Delivery, TroubleIsTriedAgainWithGrowingPauses) {
  int answers = 0;
  Bench bench([&](const std::string&) { return http_answer(++answers < 4 ? 429 : 204); });
  bench.begin("abc");
  bench.work();
  EXPECT_EQ(answers, 4);
  EXPECT_EQ(bench.taken.size(), 3U);
  ASSERT_EQ(bench.clock.sleeps().size(), 3U);
  double most = 0.5;
  for (const base::Duration sleep : bench.clock.sleeps()) {
    EXPECT_GE(base::to_seconds(sleep), most / 2);
    EXPECT_LE(base::to_seconds(sleep), most);
    most *= 2;
  }
}

TEST(Delivery, OneBadSampleIsFoundAndTheRestArrives) {
  for (const int status : {400, 422, 413, 500}) {
    Bench bench(
        [&](const std::string& body) { return http_answer(body.find('k') == std::string::npos ? 204 : status, "no"); });
    bench.begin("!");  // something that is taken
    bench.work();
    bench.begin(kLetters);
    bench.work();
    EXPECT_FALSE(bench.delivery.busy());
    EXPECT_EQ(bench.refused(), "k") << status;
    EXPECT_EQ(bench.delivery.refused().front().answer, "no");
    EXPECT_EQ(bench.taken.size(), kLetters.size());  // with "!", without "k"
    EXPECT_LE(bench.delivery.requests(), 40U) << status;
  }
}

TEST(Delivery, ALargeBatchWithoutAnAnswerGoesInSmallerParts) {
  std::vector<std::size_t> sizes;
  Bench bench([&](const std::string& body) -> Bench::Answer {
    sizes.push_back(body.size());
    if (body.size() > 20'000) return base::failure("no complete answer within 10 s");
    return http_answer(204);
  });
  bench.begin(std::string(40'000, 'a'));
  bench.work();
  EXPECT_EQ(sizes, (std::vector<std::size_t>{40'000, 20'000, 20'000}));
}

TEST(Delivery, AServerThatRefusesEverythingKeepsItWaiting) {
  bool well = false;
  Bench bench([&](const std::string&) { return http_answer(well ? 204 : 400, "no"); });
  bench.begin(kLetters);
  bench.work(100);
  EXPECT_TRUE(bench.delivery.busy());
  well = true;
  bench.work();
  EXPECT_EQ(bench.refused(), "");
  EXPECT_EQ(bench.taken.size(), kLetters.size());
}

TEST(Delivery, ASeriesThatIsRefusedAsAWholeCostsFewRequests) {
  Bench bench([&](const std::string& body) { return http_answer(body == "!" ? 204 : 400, "no"); });
  bench.begin("!");
  bench.work();
  bench.begin(kLetters);
  bench.work();
  EXPECT_EQ(bench.refused(), kLetters);
  EXPECT_LE(bench.delivery.requests(), 45U);
}

TEST(Delivery, SetUpIsWaitedForAMinuteAndNotBlamedOnSamples) {
  for (const int status : {301, 307, 401, 403, 404}) {
    Bench bench([&](const std::string&) { return http_answer(status); });
    bench.begin("abc");
    bench.work(1);
    EXPECT_TRUE(bench.delivery.busy());
    EXPECT_EQ(bench.delivery.next_try() - bench.clock.now(), 60s) << status;
    EXPECT_THAT(bench.delivery.trouble(), HasSubstr(std::to_string(status)));
  }
}

TEST(Delivery, WhatWasStoredBeforeIsReadBackAndTheRestSent) {
  Bench bench([&](const std::string& body) {
    return body.find('b') == std::string::npos ? http_answer(204) : http_answer(400, "out of order");
  });
  bench.stored = "ab";
  bench.begin("abcd");
  bench.work();
  EXPECT_EQ(bench.refused(), "");
  EXPECT_THAT(bench.taken, ElementsAre('c', 'd'));
  EXPECT_EQ(bench.delivery.requests(), 2U);
}

// Each for its own reason, before anything was accepted.
TEST(Delivery, WhatWasRefusedBeforeAReadBackIsReconsideredAfterIt) {
  Bench bench([&](const std::string& body) {
    if (body.find('a') != std::string::npos) return http_answer(400, "no");
    return body.find('b') == std::string::npos ? http_answer(204) : http_answer(400, "out of order");
  });
  bench.begin("abcd");
  bench.work();
  EXPECT_FALSE(bench.delivery.busy());
  EXPECT_EQ(bench.refused(), "ab");
  EXPECT_THAT(bench.taken, ElementsAre('c', 'd'));
}

TEST(Delivery, WhatIsStoredIsLeftOutBesideWhatWasRefused) {
  Bench bench([&](const std::string& body) {
    if (body.find('b') != std::string::npos) return http_answer(400, "no");
    return body.find('c') == std::string::npos ? http_answer(204) : http_answer(400, "out of order");
  });
  bench.stored = "c";
  bench.begin("bcde");
  bench.work();
  EXPECT_EQ(bench.refused(), "b");
  EXPECT_THAT(bench.taken, ElementsAre('d', 'e'));
}

TEST(Delivery, AStartOverBringsAlsoWhatWasRefusedBeforeAReadBack) {
  bool well = false;
  Bench bench([&](const std::string& body) {
    if (well) return http_answer(204);
    return body.find('a') == std::string::npos ? http_answer(400, "out of order") : http_answer(400, "no");
  });
  bench.begin("abcd");
  bench.work(100);
  EXPECT_TRUE(bench.delivery.busy());
  well = true;
  bench.work();
  EXPECT_EQ(bench.refused(), "");
  EXPECT_THAT(bench.taken, ElementsAre('a', 'b', 'c', 'd'));
}

// As JSON in memory an answer takes many times its size.
TEST(Receiver, NoAnswerIsLargerThanTheMemoryOfASmallMachine) {
  support::ScriptedHttp http({http_answer(200)});
  Receiver receiver(http, std::make_unique<PlainProtocol>(), [] { return base::Result<Destination>(Destination{}); }, {});
  static_cast<void>(receiver.read({}, 1s));
  static_cast<void>(receiver.write({}, 1s));
  EXPECT_EQ(http.requests.at(0).max_body_bytes, std::size_t{4} << 20U);
  EXPECT_EQ(http.requests.at(1).max_body_bytes, std::size_t{64} << 10U);
}

TEST(RetryAfter, SecondsOrADateWithinBounds) {
  const base::WallTime now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + 12h;
  EXPECT_EQ(retry_after("5", now), 5s);
  EXPECT_EQ(retry_after("0", now), 250ms);
  EXPECT_EQ(retry_after("999999", now), 300s);
  EXPECT_EQ(retry_after("99999999999999999999", now), 300s);
  EXPECT_EQ(retry_after("Sun, 22 Nov 2026 12:00:07 GMT", now), 7s);
  EXPECT_EQ(retry_after("Sun, 22 Nov 2020 12:00:07 GMT", now), 250ms);
  EXPECT_EQ(retry_after("Sun, 22 Nov 2030 12:00:07 GMT", now), 300s);
  for (const char* odd :
       {"", "-1", "garbage", "5 s", "1.5", "Sun, 31 Feb 2026 12:00:07 GMT", "Sun, 22 Xxx 2026 12:00:07 GMT"})
    EXPECT_FALSE(retry_after(odd, now)) << odd;
}

}  // namespace
}  // namespace gpubench::exporting
