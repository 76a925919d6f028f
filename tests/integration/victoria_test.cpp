// The sink against a real VictoriaMetrics with a password.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "integration/subprocess_text.h"
#include "platform/clock.h"
#include "platform/http_client.h"
#include "sink/victoriametrics/victoriametrics_sink.h"

namespace gpubench::sink {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using Json = nlohmann::json;
using Series = std::map<std::int64_t, double>;  // value by milliseconds since 1970

constexpr auto kUser = "bench";
constexpr auto kPassword = "s3cret word:%";

// A server with its own data, from construction to destruction.
class Server {
 public:
  Server() {
    std::string name = (std::filesystem::temp_directory_path() / "gpubench-victoria-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
    start();
  }
  ~Server() {
    stop();
    std::filesystem::remove_all(directory_);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // On the same port and data as before.
  void start() {
    const std::string command = std::string("'" GPUBENCH_SOURCE_DIR "/tests/support/start-victoria' '") +
                                directory_.string() + "' '" + kUser + "' '" + kPassword + "' " + port_ + " 2>&1";
    const std::string text = support::text_of_command(command);
    url_ = support::text_after(text, "URL=");
    pid_ = std::atoi(support::text_after(text, "PID=").c_str());
    port_ = url_.substr(url_.rfind(':') + 1);
    ASSERT_GT(pid_, 0) << text;
  }
  void stop() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGTERM);
    const platform::SystemClock clock;
    for (int i = 0; i < 200 && support::is_alive(pid_); ++i) clock.sleep_until(clock.now() + milliseconds(50));
    if (support::is_alive(pid_)) ::kill(pid_, SIGKILL);
    pid_ = 0;
  }
  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] bool is_up() const { return pid_ > 0; }

 private:
  std::filesystem::path directory_;
  std::string url_;
  std::string port_;
  pid_t pid_ = 0;
};

RunIdentity eight_gpus(const std::string& run_id) {
  RunIdentity run{run_id, "node \"1\"\\", "größe, {bench} \xff\n=x", {}};
  for (int i = 0; i < 8; ++i) {
    meter::GpuDescription gpu;
    gpu.index = i;
    gpu.name = "NVIDIA H200";
    gpu.uuid = "GPU-" + std::to_string(i);
    run.gpus.push_back(gpu);
  }
  return run;
}

double watts(std::size_t tick, std::size_t gpu) {
  return static_cast<double>(((tick * 7919 + gpu * 104729) % 700'000)) / 1e3;
}

record::Progress tick_at(base::WallTime time, std::size_t tick) {
  record::Progress progress{tick, time, {}};
  for (std::size_t gpu = 0; gpu < 8; ++gpu) {
    meter::GpuReading reading;
    reading.power = base::Power::from_watts(watts(tick, gpu));
    reading.power_limit = base::Power::from_watts(700);
    reading.utilization = base::Ratio::from_percent(static_cast<double>(tick % 101));
    reading.memory_utilization = base::Ratio::from_percent(static_cast<double>(gpu));
    reading.temperature = base::Temperature::from_celsius(30 + static_cast<double>(tick % 60));
    reading.memory_used = base::Bytes::from_mebibytes(static_cast<double>(tick));
    reading.sm_clock = base::Frequency::from_megahertz(1980);
    reading.memory_clock = base::Frequency::from_megahertz(3201);
    progress.readings.push_back(reading);
  }
  return progress;
}

constexpr std::size_t kSamplesOfTick = 1 + 8 * 8;

class RealVictoriaMetrics : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(server_.is_up()); }

  std::unique_ptr<Sink> sink(const std::string& password = kPassword) {
    VictoriaOptions options;
    options.url = server_.url();
    options.user = kUser;
    options.password = password;
    auto made = make_victoriametrics_sink(*http_, clock_, options);
    EXPECT_TRUE(made) << made.error().message;
    return made ? *std::move(made) : nullptr;
  }

  std::string get(const std::string& path) {
    platform::HttpRequest request;
    request.url = server_.url() + path;
    request.basic_auth = {kUser, kPassword};
    request.max_body_bytes = std::size_t{64} << 20;
    const auto response = http_->perform(request);
    EXPECT_TRUE(response) << response.error().message;
    EXPECT_TRUE(!response || response->status / 100 == 2) << path << ' ' << response->body;
    return response ? response->body : "";
  }

  // All that is stored of a run: by "name gpu domain".
  std::map<std::string, Series> stored(const std::string& run_id) {
    get("/internal/force_flush");
    std::map<std::string, Series> all;
    std::istringstream lines(get("/api/v1/export?match[]=%7Brun_id%3D%22" + run_id + "%22%7D"));
    for (std::string line; std::getline(lines, line);) {
      const Json json = Json::parse(line);
      last_labels_ = json["metric"];
      const std::string name = last_labels_["__name__"];
      if (name == "gpubench_run_info") info_labels_ = last_labels_;
      Series& series = all[name + " " + last_labels_.value("gpu", "") + " " + last_labels_.value("domain", "")];
      for (std::size_t i = 0; i < json["values"].size(); ++i) {
        const bool is_new = series.emplace(json["timestamps"][i], json["values"][i]).second;
        EXPECT_TRUE(is_new) << "stored twice: " << line.substr(0, 200);
      }
    }
    return all;
  }

  static std::size_t count(const std::map<std::string, Series>& all) {
    std::size_t samples = 0;
    for (const auto& [name, series] : all) samples += series.size();
    return samples;
  }

  Server server_;
  platform::SystemClock clock_;
  std::unique_ptr<platform::HttpClient> http_ = platform::make_http_client();
  Json last_labels_;
  Json info_labels_;
};

TEST_F(RealVictoriaMetrics, HoldsEverySampleExactly) {
  constexpr std::size_t ticks = 600;
  const base::WallTime start = std::chrono::floor<milliseconds>(clock_.wall_now()) - seconds(ticks);
  const auto sink = this->sink();
  const RunIdentity run = eight_gpus("exact");
  sink->begin(run);
  for (std::size_t i = 0; i < ticks; ++i) sink->send(tick_at(start + static_cast<int>(i) * seconds(1), i));
  const record::ExportRecord record = sink->finish(seconds(10));
  ASSERT_EQ(record.recorded, ticks * kSamplesOfTick);
  ASSERT_EQ(record.accepted, record.recorded) << record.reason;

  const auto all = stored("exact");
  EXPECT_EQ(all.size(), kSamplesOfTick);
  EXPECT_EQ(count(all), record.recorded);
  const std::int64_t first_ms = start.time_since_epoch() / milliseconds(1);
  for (std::size_t gpu = 0; gpu < 8; ++gpu) {
    const Series& power = all.at("gpubench_gpu_power_watts " + std::to_string(gpu) + " ");
    const Series& memory = all.at("gpubench_gpu_memory_used_bytes " + std::to_string(gpu) + " ");
    ASSERT_EQ(power.size(), ticks);
    for (std::size_t i = 0; i < ticks; ++i) {
      const std::int64_t time = first_ms + 1000 * static_cast<std::int64_t>(i);
      ASSERT_EQ(power.at(time), watts(i, gpu));
      ASSERT_EQ(memory.at(time), static_cast<double>(i) * 1048576);
    }
  }
  EXPECT_EQ(all.at("gpubench_gpu_clock_hertz 3 memory").begin()->second, 3.201e9);
  EXPECT_EQ(info_labels_["benchmark"], "größe, {bench} \xef\xbf\xbd =x");
  EXPECT_EQ(info_labels_["host"], "node \"1\"\\");
}

TEST_F(RealVictoriaMetrics, TakesNothingWithAWrongPassword) {
  const auto sink = this->sink("wrong");
  sink->begin(eight_gpus("wrong"));
  sink->send(tick_at(clock_.wall_now(), 0));
  const record::ExportRecord record = sink->finish(seconds(2));
  EXPECT_EQ(record.recorded, kSamplesOfTick);
  EXPECT_EQ(record.accepted, 0u);
  EXPECT_THAT(record.reason,
              HasSubstr("65 samples refused: the server answered HTTP 401 (user, password or token not accepted)"));
  EXPECT_EQ(count(stored("wrong")), 0u);
}

TEST_F(RealVictoriaMetrics, AnOutageLosesNothing) {
  const base::WallTime start = std::chrono::floor<milliseconds>(clock_.wall_now()) - seconds(60);
  const auto sink = this->sink();
  sink->begin(eight_gpus("outage"));
  for (std::size_t i = 0; i < 10; ++i) sink->send(tick_at(start + static_cast<int>(i) * seconds(1), i));
  server_.stop();
  for (std::size_t i = 10; i < 20; ++i) sink->send(tick_at(start + static_cast<int>(i) * seconds(1), i));
  server_.start();
  for (std::size_t i = 20; i < 30; ++i) sink->send(tick_at(start + static_cast<int>(i) * seconds(1), i));
  const record::ExportRecord record = sink->finish(seconds(10));
  EXPECT_EQ(record.accepted, 30 * kSamplesOfTick) << record.reason;
  EXPECT_EQ(count(stored("outage")), 30 * kSamplesOfTick);
}

TEST_F(RealVictoriaMetrics, AServerThatStaysAwayIsNamed) {
  const auto sink = this->sink();
  server_.stop();
  sink->begin(eight_gpus("away"));
  sink->send(tick_at(clock_.wall_now(), 0));
  const auto before = clock_.now();
  const record::ExportRecord record = sink->finish(seconds(2));
  EXPECT_LT(clock_.now() - before, seconds(3));
  EXPECT_EQ(record.accepted, 0u);
  EXPECT_THAT(record.reason, HasSubstr("65 samples not delivered in time: "));
  EXPECT_THAT(record.reason, testing::Not(HasSubstr(kPassword)));
}

}  // namespace
}  // namespace gpubench::sink
