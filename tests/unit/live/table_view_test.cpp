#include "live/table_view.h"

#include <gtest/gtest.h>

#include "support/golden.h"
#include "support/manual_clock.h"

namespace gpubench::live {
namespace {

// Keeps what is written, as a terminal of a given size.
class SizedTerminal final : public platform::Terminal {
 public:
  explicit SizedTerminal(platform::TerminalSize size) : size_(size) {}
  [[nodiscard]] bool is_terminal() const override { return true; }
  [[nodiscard]] platform::TerminalSize size() const override { return size_; }
  void write(std::string_view bytes) override { text += bytes; }
  std::string text;

 private:
  platform::TerminalSize size_;
};

std::vector<meter::GpuDescription> gpus(int count) {
  std::vector<meter::GpuDescription> all;
  for (int i = 0; i < count; ++i) {
    meter::GpuDescription gpu;
    gpu.index = i;
    gpu.name = "NVIDIA H200";
    gpu.power_limit = base::Power::from_watts(700);
    gpu.memory_total = base::Bytes::from_mebibytes(143771);
    all.push_back(gpu);
  }
  return all;
}

record::Progress progress(int count) {
  record::Progress snapshot;
  snapshot.time = base::WallTime(std::chrono::seconds(1724000000));
  for (int i = 0; i < count; ++i) {
    meter::GpuReading reading;
    reading.utilization = base::Ratio::from_percent(60);
    reading.power = base::Power::from_watts(693.5);
    reading.temperature = meter::absent(meter::Absent::failed);
    snapshot.readings.push_back(reading);
  }
  return snapshot;
}

TEST(TableView, TheProgressIsSaidThoughTheLogIsNotShown) {
  SizedTerminal terminal({80, 24});
  support::ManualClock clock;
  TableView view(terminal, clock, gpus(1), {});
  record::Progress now = progress(1);
  const auto wait = [&](std::chrono::seconds length) {
    clock.advance(length);
    now.time = clock.wall_now();
  };
  now.time = clock.wall_now();
  view.start(now.time);
  view.show(now);
  wait(std::chrono::seconds(9));
  view.show_log("\r10%|#   |");
  wait(std::chrono::seconds(1));
  view.show(now);
  wait(std::chrono::seconds(9));
  view.show_log("\r20%|##  |");
  wait(std::chrono::seconds(1));
  view.show(now);
  EXPECT_EQ(terminal.text.find("##"), std::string::npos);
  EXPECT_NE(terminal.text.find("Progress: 10 %\n"), std::string::npos) << terminal.text;
  EXPECT_NE(terminal.text.find("Progress: 20 %, about 0:01:19 left\n"), std::string::npos) << terminal.text;
}

TEST(TableView, PlainBlocksForAPipe) {
  SizedTerminal terminal({80, 24});
  support::ManualClock clock;
  TableView view(terminal, clock, gpus(1), {});
  view.show(progress(1));
  EXPECT_EQ(terminal.text.find('\033'), std::string::npos);
  EXPECT_NE(terminal.text.find("Current GPU Metrics as of 2024-08-18 16:53:20 UTC:\n"), std::string::npos);
  EXPECT_NE(terminal.text.find("| GPU Index (NVIDIA H200) |"), std::string::npos);
  EXPECT_NE(terminal.text.find("| Power (W) / Max 700.0 W |"), std::string::npos);
  EXPECT_NE(terminal.text.find("693.500"), std::string::npos);
  EXPECT_NE(terminal.text.find("failed"), std::string::npos);
  EXPECT_NE(terminal.text.find("n/s"), std::string::npos);
}

// What final_monitoring_output.txt keeps.
TEST(TableView, TheLastTable) {
  for (const int count : {1, 8}) {
    SizedTerminal terminal({200, 60});
    support::ManualClock clock;
    TableView view(terminal, clock, gpus(count), {});
    record::Progress snapshot = progress(count);
    snapshot.carbon = record::CarbonNow{
        {{}, {}, base::CarbonIntensity::from_grams_per_kilowatt_hour(162), carbon::IntensityKind::forecast, "a service", {}},
        base::Emissions::from_grams(12.3)};
    view.show(snapshot);
    support::expect_golden("table_" + std::to_string(count), view.last_table());
  }
}

TEST(TableView, NarrowTerminalGetsTheNarrowTable) {
  SizedTerminal terminal({80, 24});
  support::ManualClock clock;
  TableOptions options;
  options.escape_codes = true;
  TableView view(terminal, clock, gpus(8), options);
  view.show(progress(8));
  for (std::size_t start = 0; start < terminal.text.size();) {
    const std::size_t end = terminal.text.find('\n', start);
    if (end == std::string::npos) break;
    EXPECT_LE(end - start, 80U + 8U);  // 8: the frame's own escape code on the first line
    start = end + 1;
  }
  EXPECT_NE(terminal.text.find("Util (%)"), std::string::npos);
}

TEST(TableView, LogScrollsAboveAndProgressBarStays) {
  SizedTerminal terminal({80, 24});
  support::ManualClock clock;
  TableOptions options;
  options.escape_codes = true;
  options.show_log = true;
  options.show_metrics = false;
  TableView view(terminal, clock, gpus(1), options);
  view.show_log("first\nbar 1%\r");
  view.show_log("bar 2%\r");
  EXPECT_EQ(terminal.text,
            "\033[?2026hfirst\nbar 1%\n\033[?2026l"
            "\033[?2026h\r\033[1A\033[Jbar 2%\n\033[?2026l");
}

TEST(TableView, APipeIsToldTheStateOfABarOnceAnInterval) {
  SizedTerminal terminal({80, 24});
  support::ManualClock clock;
  TableOptions options;
  options.show_log = true;
  TableView view(terminal, clock, gpus(1), options);
  view.show_log("begun\n\repoch 1: 10%");
  view.show_log("\repoch 1: 20%");
  view.show(progress(1));
  EXPECT_NE(terminal.text.find("\nepoch 1: 20%\n\n"), std::string::npos) << terminal.text;
  EXPECT_EQ(terminal.text.find("10%"), std::string::npos);
  terminal.text.clear();
  view.show(progress(1));
  EXPECT_EQ(terminal.text.find("epoch"), std::string::npos) << "it has not moved";
}

TEST(TableView, APipeWithTheLogAloneIsToldTheStateOfABar) {
  SizedTerminal terminal({80, 24});
  support::ManualClock clock;
  TableOptions options;
  options.show_log = true;
  options.show_metrics = false;
  TableView view(terminal, clock, gpus(1), options);
  view.show_log("\r45%");
  view.show(progress(1));
  EXPECT_EQ(terminal.text, "45%\n");
}

TEST(TableView, LogOnlyWhenAskedFor) {
  SizedTerminal terminal({80, 24});
  support::ManualClock clock;
  TableView view(terminal, clock, gpus(1), {});
  view.show_log("hidden\n");
  EXPECT_EQ(terminal.text, "");
}

}  // namespace
}  // namespace gpubench::live
