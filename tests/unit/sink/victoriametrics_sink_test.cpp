#include "sink/victoriametrics/victoriametrics_sink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "support/manual_clock.h"
#include "support/scripted_http.h"

namespace gpubench::sink {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using support::http_answer;
using support::ManualClock;
using support::ScriptedHttp;
using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

const base::WallTime kStart{seconds(1'795'000'000)};

RunIdentity two_gpus() {
  RunIdentity run{"20261122T120000Z-ab12", "node1", "synthetic_regression", {}};
  for (int i = 0; i < 2; ++i) {
    meter::GpuDescription gpu;
    gpu.index = i;
    gpu.name = "NVIDIA H200";
    gpu.uuid = "GPU-" + std::to_string(i);
    run.gpus.push_back(gpu);
  }
  return run;
}

meter::GpuReading full_reading(double watts) {
  meter::GpuReading reading;
  reading.utilization = base::Ratio::from_percent(97);
  reading.memory_utilization = base::Ratio::from_percent(55);
  reading.power = base::Power::from_watts(watts);
  reading.power_limit = base::Power::from_watts(700);
  reading.temperature = base::Temperature::from_celsius(61);
  reading.memory_used = base::Bytes::from_mebibytes(1024);
  reading.sm_clock = base::Frequency::from_megahertz(1980);
  reading.memory_clock = base::Frequency::from_megahertz(3201);
  return reading;
}

constexpr std::size_t kSamplesOfTick = 1 + 2 * 8;  // run info, eight values of two GPUs

record::Progress tick(std::size_t number) {
  const base::WallTime time = kStart + static_cast<int>(number) * seconds(1);
  return {number, time, {full_reading(300 + static_cast<double>(number)), full_reading(400)}};
}

// The lines that a server would have taken, by series name and GPU.
class Received {
 public:
  void take(const std::string& body) {
    std::istringstream lines(body);
    for (std::string line; std::getline(lines, line);) {
      const Json json = Json::parse(line);
      const Json& metric = json["metric"];
      const std::string key =
          metric["__name__"].get<std::string>() + "/" + metric.value("gpu", "") + metric.value("domain", "");
      metrics[key] = metric;
      EXPECT_EQ(json["values"].size(), json["timestamps"].size());
      for (std::size_t i = 0; i < json["values"].size(); ++i) {
        samples[key].emplace_back(json["timestamps"][i].get<std::int64_t>(), json["values"][i].get<double>());
        ++count;
      }
    }
  }
  std::map<std::string, Json> metrics;
  std::map<std::string, std::vector<std::pair<std::int64_t, double>>> samples;
  std::size_t count = 0;
};

class VictoriaMetrics : public testing::Test {
 protected:
  std::unique_ptr<Sink> sink(ScriptedHttp& http, VictoriaLimits limits = {}) {
    auto made = make_victoriametrics_sink(http, clock_, {"https://vm.test", "me", "hunter2", "", ""}, limits);
    EXPECT_TRUE(made);
    (*made)->begin(two_gpus());
    return *std::move(made);
  }
  Received received_;
  ScriptedHttp good_{[this](const platform::HttpRequest& request) {
    received_.take(request.body);
    return http_answer(204);
  }};
  ManualClock clock_{kStart};
};

TEST_F(VictoriaMetrics, SendsEachIntervalWithItsOwnTimes) {
  const auto sink = this->sink(good_);
  sink->send(tick(0));
  sink->send(tick(1));
  const record::ExportRecord record = sink->finish(seconds(5));

  EXPECT_TRUE(record.requested);
  EXPECT_EQ(record.recorded, 2 * kSamplesOfTick);
  EXPECT_EQ(record.accepted, record.recorded);
  EXPECT_EQ(record.reason, "");
  EXPECT_EQ(record.destination, "https://vm.test/api/v1/import");
  EXPECT_EQ(good_.requests.size(), 2u);
  EXPECT_EQ(received_.count, record.recorded);
  const std::vector<std::pair<std::int64_t, double>> power{{1'795'000'000'000, 300}, {1'795'000'001'000, 301}};
  EXPECT_EQ(received_.samples["gpubench_gpu_power_watts/0"], power);
}

TEST_F(VictoriaMetrics, NamesUnitsAndLabelsAreTheContract) {
  const auto sink = this->sink(good_);
  sink->send(tick(0));
  const std::map<std::string, double> expected{{"gpubench_run_info/", 1},
                                               {"gpubench_gpu_power_watts/1", 400},
                                               {"gpubench_gpu_power_limit_watts/1", 700},
                                               {"gpubench_gpu_utilization_ratio/1", 0.97},
                                               {"gpubench_gpu_memory_utilization_ratio/1", 0.55},
                                               {"gpubench_gpu_temperature_celsius/1", 61},
                                               {"gpubench_gpu_memory_used_bytes/1", 1073741824},
                                               {"gpubench_gpu_clock_hertz/1sm", 1.98e9},
                                               {"gpubench_gpu_clock_hertz/1memory", 3.201e9}};
  for (const auto& [name, value] : expected) {
    ASSERT_EQ(received_.samples[name].size(), 1u) << name;
    EXPECT_EQ(received_.samples[name][0].second, value) << name;
  }
  EXPECT_EQ(received_.metrics["gpubench_gpu_power_watts/1"], (Json{{"__name__", "gpubench_gpu_power_watts"},
                                                                   {"run_id", "20261122T120000Z-ab12"},
                                                                   {"gpu", "1"},
                                                                   {"gpu_uuid", "GPU-1"},
                                                                   {"host", "node1"}}));
  EXPECT_EQ(received_.metrics["gpubench_run_info/"], (Json{{"__name__", "gpubench_run_info"},
                                                           {"run_id", "20261122T120000Z-ab12"},
                                                           {"host", "node1"},
                                                           {"benchmark", "synthetic_regression"},
                                                           {"gpu_name", "NVIDIA H200"},
                                                           {"gpu_count", "2"},
                                                           {"source", "nvml"}}));
}

TEST_F(VictoriaMetrics, WhatIsNotThereIsNotSent) {
  const auto sink = this->sink(good_);
  record::Progress progress = tick(0);
  progress.readings[0] = {};
  progress.readings[0].power = base::Power::from_watts(std::nan(""));
  progress.readings[0].temperature = base::Temperature::from_celsius(INFINITY);
  progress.readings[1].power = meter::absent(meter::Absent::failed);
  progress.readings.push_back(full_reading(1));  // a GPU that nobody announced
  sink->send(progress);
  EXPECT_EQ(sink->finish(seconds(1)).recorded, 1u + 7u);
  EXPECT_EQ(received_.count, 8u);
  EXPECT_EQ(received_.samples.count("gpubench_gpu_power_watts/1"), 0u);
}

TEST_F(VictoriaMetrics, TimesOfASeriesAlwaysRise) {
  const auto sink = this->sink(good_);
  for (const auto offset : {milliseconds(5), milliseconds(5), milliseconds(0), milliseconds(9)}) {
    record::Progress progress = tick(0);
    progress.time += offset;
    sink->send(progress);
  }
  const auto& times = received_.samples["gpubench_run_info/"];
  ASSERT_EQ(times.size(), 4u);
  for (std::size_t i = 1; i < times.size(); ++i) EXPECT_GT(times[i].first, times[i - 1].first);
  EXPECT_EQ(times[3].first, 1'795'000'000'009);
}

TEST_F(VictoriaMetrics, KeepsWhatAServerInTroubleDidNotTake) {
  for (const int status : {500, 503, 429, 408, 425, 0}) {
    Received received;
    bool up = false;
    ScriptedHttp http([&](const platform::HttpRequest& request) -> ScriptedHttp::Answer {
      if (!up && status == 0) return base::failure("connection refused");
      if (!up) return http_answer(status);
      received.take(request.body);
      return http_answer(204);
    });
    const auto sink = this->sink(http);
    sink->send(tick(0));
    sink->send(tick(1));  // at once: spared
    EXPECT_EQ(http.requests.size(), 1u);
    up = true;
    clock_.advance(seconds(1));
    sink->send(tick(2));
    EXPECT_EQ(received.count, 3 * kSamplesOfTick) << status;
    EXPECT_EQ(sink->finish(seconds(1)).accepted, 3 * kSamplesOfTick);
  }
}

TEST_F(VictoriaMetrics, PausesGrowAndAreBounded) {
  ScriptedHttp http({http_answer(503)});
  const auto sink = this->sink(http);
  for (int second = 0; second < 3600; ++second) {
    sink->send({0, kStart + seconds(second), {}});
    clock_.advance(seconds(1));
  }
  EXPECT_GE(http.requests.size(), 60u);
  EXPECT_LE(http.requests.size(), 140u);
}

TEST_F(VictoriaMetrics, ARefusedBatchIsCountedAndNotRepeated) {
  for (const int status : {400, 401, 403, 404, 413, 301, 307}) {
    ScriptedHttp http({http_answer(status, "cannot \x1b[2Jparse"), http_answer(204)});
    const auto sink = this->sink(http);
    sink->send(tick(0));
    sink->send(tick(1));
    const record::ExportRecord record = sink->finish(seconds(1));
    EXPECT_EQ(http.requests.size(), 2u) << status;
    EXPECT_EQ(record.recorded, 2 * kSamplesOfTick);
    EXPECT_EQ(record.accepted, kSamplesOfTick);
    EXPECT_THAT(record.reason, HasSubstr("17 samples refused: the server answered HTTP " + std::to_string(status)));
    EXPECT_THAT(record.reason, Not(HasSubstr("\x1b")));
    EXPECT_THAT(record.reason, Not(HasSubstr("hunter2")));
  }
}

TEST_F(VictoriaMetrics, SendsInBatches) {
  const auto sink = this->sink(good_, {1000, 20, seconds(5)});
  for (std::size_t i = 0; i < 4; ++i) sink->send(tick(i));
  EXPECT_EQ(good_.requests.size(), 4u);
  ScriptedHttp late({http_answer(500)});
  const auto other = this->sink(late, {1000, 20, seconds(5)});
  for (std::size_t i = 0; i < 4; ++i) other->send(tick(i));
  EXPECT_EQ(other->finish({}).accepted, 0u);
}

TEST_F(VictoriaMetrics, ABacklogGoesOutInSeveralRequests) {
  bool up = false;
  ScriptedHttp http([&](const platform::HttpRequest& request) {
    if (up) received_.take(request.body);
    return http_answer(up ? 204 : 503);
  });
  const auto sink = this->sink(http, {1000, 20, seconds(5)});
  for (std::size_t i = 0; i < 5; ++i) sink->send(tick(i));
  up = true;
  const record::ExportRecord record = sink->finish(seconds(1));
  EXPECT_EQ(record.accepted, 5 * kSamplesOfTick);
  EXPECT_EQ(http.requests.size(), 1u + 5u);  // 85 samples in requests of 20
  EXPECT_EQ(received_.samples["gpubench_gpu_power_watts/0"].size(), 5u);
}

TEST_F(VictoriaMetrics, TheOldestGoWhenTooManyWait) {
  ScriptedHttp http([this, calls = 0](const platform::HttpRequest& request) mutable {
    if (++calls == 1) return http_answer(503);
    received_.take(request.body);
    return http_answer(204);
  });
  const auto sink = this->sink(http, {2 * kSamplesOfTick, 10'000, seconds(5)});
  for (std::size_t i = 0; i < 3; ++i) sink->send(tick(i));
  const record::ExportRecord record = sink->finish(seconds(1));
  EXPECT_EQ(record.recorded, 3 * kSamplesOfTick);
  EXPECT_EQ(record.accepted, 2 * kSamplesOfTick);
  EXPECT_THAT(record.reason, HasSubstr("17 samples dropped, too many were waiting"));
  EXPECT_EQ(received_.samples["gpubench_gpu_power_watts/0"].front().second, 301);
}

TEST_F(VictoriaMetrics, FinishEndsWithinItsBudget) {
  ScriptedHttp hanging([this](const platform::HttpRequest& request) -> ScriptedHttp::Answer {
    clock_.advance(request.timeout);
    return base::failure("no answer within 5 s");
  });
  const auto sink = this->sink(hanging);
  sink->send(tick(0));
  const auto before = clock_.now();
  const record::ExportRecord record = sink->finish(seconds(12));
  EXPECT_LE(clock_.now() - before, seconds(12));
  EXPECT_GE(hanging.requests.size(), 3u);
  EXPECT_EQ(record.accepted, 0u);
  EXPECT_EQ(record.reason, "17 samples not delivered in time: no answer within 5 s");
}

TEST_F(VictoriaMetrics, OneSendTakesNoLongerThanItsTime) {
  ScriptedHttp slow([this](const platform::HttpRequest& request) {
    EXPECT_LE(request.timeout, seconds(5));
    clock_.advance(std::min<base::Duration>(request.timeout, seconds(2)));
    return http_answer(204);
  });
  const auto sink = this->sink(slow, {1000, 1, seconds(5)});
  const auto before = clock_.now();
  sink->send(tick(0));
  EXPECT_LE(clock_.now() - before, seconds(5));
  EXPECT_EQ(slow.requests.size(), 3u);
}

TEST_F(VictoriaMetrics, IdentityGoesWithEachRequest) {
  const auto sink = this->sink(good_);
  sink->send(tick(0));
  EXPECT_EQ(good_.requests[0].basic_auth, (std::pair<std::string, std::string>("me", "hunter2")));
  EXPECT_EQ(good_.requests[0].method, "POST");

  auto with_token = make_victoriametrics_sink(good_, clock_, {"https://vm.test", "", "", "token", ""});
  ASSERT_TRUE(with_token);
  (*with_token)->begin(two_gpus());
  (*with_token)->send(tick(0));
  EXPECT_FALSE(good_.requests[1].basic_auth);
  EXPECT_THAT(good_.requests[1].headers,
              testing::Contains(std::pair<std::string, std::string>("Authorization", "Bearer token")));
}

TEST_F(VictoriaMetrics, BadOptionsMakeNoSink) {
  EXPECT_FALSE(make_victoriametrics_sink(good_, clock_, {"http://vm.test", "me", "hunter2", "", ""}));
  EXPECT_TRUE(good_.requests.empty());
}

TEST_F(VictoriaMetrics, WithoutARunThereIsNothingToSend) {
  auto made = make_victoriametrics_sink(good_, clock_, {"https://vm.test", "", "", "", ""});
  (*made)->send(tick(0));
  const record::ExportRecord record = (*made)->finish(seconds(1));
  EXPECT_EQ(record.recorded, 0u);
  EXPECT_EQ(record.reason, "");
  EXPECT_TRUE(good_.requests.empty());
}

}  // namespace
}  // namespace gpubench::sink
