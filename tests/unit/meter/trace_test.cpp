#include "meter/replay/trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "support/places/places.h"

namespace gpubench::meter {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

const std::string kHeader =
    R"({"format":"iris-gpubench-trace","version":1,"recorded":{"gpu":"G","driver":"1","source":"S","date":"D"},)"
    R"("gpus":[{"index":3,"name":"G","uuid":"U","pci_bus_id":"B","power_limit_mw":700000}]})"
    "\n";
const std::string kReading = "R 0 0 1 2 3 4 5 6 7 8 9\n";

TEST(Trace, ReadsEveryLine) {
  const auto trace = parse_trace(
      kHeader +
      "P 0 -20000 99000\nR 0 1500 95 40 612345 700000 61 1048576 1980 3201 4\nE 0 2000 5000 123456\nP 0 0 101000\n");
  ASSERT_TRUE(trace) << trace.error().message;
  EXPECT_EQ(trace->recorded.gpu, "G");
  EXPECT_EQ(trace->recorded.date, "D");
  ASSERT_EQ(trace->gpus.size(), 1U);
  const TraceOfGpu& gpu = trace->gpus[0];
  EXPECT_EQ(gpu.description.index, 3);
  EXPECT_EQ(gpu.description.power_limit, base::Power::from_watts(700));
  EXPECT_FALSE(gpu.description.memory_total);
  const GpuReading& reading = gpu.readings.at(0);
  EXPECT_EQ(reading.time, base::SteadyTime(1500us));
  EXPECT_EQ(reading.utilization, base::Ratio::from_percent(95));
  EXPECT_EQ(reading.memory_utilization, base::Ratio::from_percent(40));
  EXPECT_EQ(reading.power, base::Power::from_milliwatts(612345));
  EXPECT_EQ(reading.power_limit, base::Power::from_watts(700));
  EXPECT_EQ(reading.temperature, base::Temperature::from_celsius(61));
  EXPECT_EQ(reading.memory_used, base::Bytes::from_mebibytes(1));
  EXPECT_EQ(reading.sm_clock, base::Frequency::from_megahertz(1980));
  EXPECT_EQ(reading.memory_clock, base::Frequency::from_megahertz(3201));
  EXPECT_EQ(reading.throttle_reasons, ThrottleReasons{4});
  EXPECT_EQ(gpu.counter.at(0).before, base::SteadyTime(2ms));
  EXPECT_EQ(gpu.counter.at(0).after, base::SteadyTime(5ms));
  EXPECT_EQ(gpu.counter.at(0).energy, base::Energy::from_millijoules(123456));
  EXPECT_EQ(gpu.power.at(0).time, base::SteadyTime(-20ms));
  EXPECT_EQ(gpu.power.at(1).power, base::Power::from_watts(101));
}

TEST(Trace, ZeroUnsupportedFailedAndLostAreFourThings) {
  const auto trace = parse_trace(kHeader + "R 0 0 0 - ! x 5 6 7 8 9\nE 0 0 1 !\nP 0 0 -\n");
  ASSERT_TRUE(trace);
  const GpuReading& reading = trace->gpus[0].readings[0];
  EXPECT_EQ(reading.utilization, base::Ratio());
  EXPECT_EQ(reading.memory_utilization, absent(Absent::unsupported));
  EXPECT_EQ(reading.power, absent(Absent::failed));
  EXPECT_EQ(reading.power_limit, absent(Absent::gpu_lost));
  EXPECT_EQ(trace->gpus[0].counter[0].energy, absent(Absent::failed));
  EXPECT_EQ(trace->gpus[0].power[0].power, absent(Absent::unsupported));
}

TEST(Trace, KeepsTheTimingOfSensorsThatAreNotNvidias) {
  GpuDescription gpu;
  gpu.sensor.counter_lag = 250ms;
  const std::string line = header_line({"G", "1", "S", "D", ""}, {gpu});
  EXPECT_THAT(line, HasSubstr("\"counter_lag_us\":250000"));
  EXPECT_THAT(line, testing::Not(HasSubstr("counter_period_us")));
  EXPECT_EQ(parse_trace(line + kReading)->gpus[0].description.sensor.counter_lag, 250ms);
  const std::string none = line.substr(0, line.find("250000")) + "0" + line.substr(line.find("250000") + 6);
  EXPECT_FALSE(parse_trace(none + kReading));
}

TEST(Trace, WhatIsWrittenIsReadBack) {
  const std::string text =
      kHeader + "R 0 1500 95 40 612345 - ! x 1980 0 4\nE 0 2000 5000 123456\nE 0 6000 6001 !\nP 0 -7 99001\nP 0 20 -\n";
  const auto trace = parse_trace(text);
  ASSERT_TRUE(trace);
  const TraceOfGpu& gpu = trace->gpus[0];
  EXPECT_EQ(header_line(trace->recorded, {gpu.description}) + reading_line(0, gpu.readings[0]) +
                counter_line(0, gpu.counter[0]) + counter_line(0, gpu.counter[1]) + power_line(0, gpu.power[0]) +
                power_line(0, gpu.power[1]),
            text);
}

TEST(Trace, WhatTheFormatHasNoRoomForIsWrittenAsFailed) {
  EXPECT_EQ(power_line(1, {base::SteadyTime(1ms), base::Power::from_watts(std::numeric_limits<double>::quiet_NaN())}),
            "P 1 1000 !\n");
  EXPECT_EQ(power_line(1, {base::SteadyTime(1ms), base::Power::from_watts(-1)}), "P 1 1000 !\n");
}

TEST(Trace, TextThatCouldHarmATerminalIsNotWritten) {
  GpuDescription gpu;
  gpu.name = "A\x1b[2J\nB\xff";
  const std::string line = header_line({}, {gpu});
  EXPECT_THAT(line, HasSubstr("A?[2J?B?"));
  EXPECT_TRUE(parse_trace(line + kReading));
}

TEST(Trace, ErrorsNameTheLine) {
  const auto trace = parse_trace(kHeader + kReading + "P 0 0 1\nP 0 oops 1\n");
  ASSERT_FALSE(trace);
  EXPECT_THAT(trace.error().message, HasSubstr("line 4: "));
  EXPECT_FALSE(trace.error().remedy.empty());
}

class TraceRefuses : public testing::TestWithParam<std::string> {};

TEST_P(TraceRefuses, AMalformedLine) {
  const auto trace = parse_trace(kHeader + kReading + GetParam());
  ASSERT_FALSE(trace) << GetParam();
  EXPECT_THAT(trace.error().message, HasSubstr("line "));
}

INSTANTIATE_TEST_SUITE_P(
    Lines, TraceRefuses,
    testing::Values("\n", "X 0 0 1\n", "P\n", "P 1 0 1\n", "P -1 0 1\n", "P 0 0\n", "P 0 0 1 2\n", "P 0 0 1 \n",
                    "P  0 0 1\n", "P 0 0 1\r\n", "P 0 0 1.5\n", "P 0 0 -1\n", "P 0 0 +1\n", "P 0 0 0x1\n", "P 0 0 nan\n",
                    "P 0 0 --\n", "P 0 0 100000001\n", "P 0 99999999999999 1\n", "P 0 -99999999999999 1\n", "P 0 0 1",
                    "P 0 0 1\nP 0 0 1\n", "P 0 5 1\nP 0 4 1\n", "E 0 5 4 1\n", "E 0 -5 4 1\n", "E 0 1 2 10\nE 0 1 2 10\n",
                    "E 0 1 2 10\nE 0 3 4 9\n", "E 0 1 2 10\nE 0 3 4 !\nE 0 5 6 9\n", "R 0 0 101 2 3 4 5 6 7 8 9\n",
                    "R 0 0 1 2 3 4 5 6 7 8\n", "R 0 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21\n",
                    "R 0 10 1 2 3 4 5 6 7 8 9\nR 0 9 1 2 3 4 5 6 7 8 9\n", "P 0 0 " + std::string(500, '1') + "\n",
                    std::string("P 0 0 1\0\n", 9)));

class TraceRefusesHeader : public testing::TestWithParam<std::string> {};

TEST_P(TraceRefusesHeader, ThatIsNotAsDescribed) {
  const auto trace = parse_trace(GetParam() + "\n" + kReading);
  ASSERT_FALSE(trace) << GetParam();
  EXPECT_THAT(trace.error().message, HasSubstr("line 1: "));
  EXPECT_THAT(trace.error().remedy, Not(HasSubstr("complete line"))) << "there is none before it";
}

std::string header_with(const std::string& from, const std::string& to) {
  std::string header = kHeader.substr(0, kHeader.size() - 1);
  return header.replace(header.find(from), from.size(), to);
}

INSTANTIATE_TEST_SUITE_P(
    Headers, TraceRefusesHeader,
    testing::Values(header_with("\"version\":1", "\"version\":2"), header_with("\"version\":1", "\"version\":1,\"more\":1"),
                    header_with("\"gpu\":\"G\"", "\"gpu\":7"), header_with("\"date\":\"D\"", "\"data\":\"D\""),
                    header_with("\"gpu\":\"G\"", "\"gpu\":\"\\u001b[2J\""), header_with("\"index\":3", "\"index\":-3"),
                    header_with("\"index\":3", "\"index\":\"3\""), header_with("700000", "1e300"),
                    header_with("700000", "700.5"),
                    header_with("\"name\":\"G\"", "\"name\":\"" + std::string(201, 'n') + "\""),
                    kHeader.substr(0, kHeader.find("\"gpus\"")) + "\"gpus\":[]}",
                    kHeader.substr(0, kHeader.find("\"gpus\"")) + "\"gpus\":{}}",
                    kHeader.substr(0, kHeader.find("\"gpus\"")) + "\"gpus\":[1]}"));

TEST(Trace, NeedsAReadingOfEachGpu) {
  EXPECT_FALSE(parse_trace(kHeader + "P 0 0 1\n"));
}

// Another file was named: to mend it as a trace would be no remedy.
TEST(Trace, WhatNeverWasATraceIsNamedAsSuch) {
  const std::string passwords = "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1::/:/bin/false\n";
  for (const std::string& text : {passwords, std::string(), std::string("\n"), std::string("{}\n"), std::string("[]\n"),
                                  std::string("null\n"), std::string("no line end"), std::string(5000, '[') + "\n",
                                  std::string(100000, 'x') + "\n", header_with("iris-gpubench-trace", "x") + "\n"}) {
    const auto trace = parse_trace(text + (text.ends_with('\n') ? kReading : ""));
    ASSERT_FALSE(trace) << text;
    EXPECT_EQ(trace.error().message, "it is not a recorded trace") << text;
    EXPECT_THAT(trace.error().remedy, HasSubstr("record one with --record-trace")) << text;
  }
}

TEST(Trace, AFileThatIsNotThereIsNamed) {
  const auto trace = load_trace("/nowhere/a.trace");
  ASSERT_FALSE(trace);
  EXPECT_THAT(trace.error().message, HasSubstr("/nowhere/a.trace"));
  EXPECT_FALSE(load_trace("/").has_value()) << "a folder";
  EXPECT_FALSE(load_trace("/dev/zero").has_value()) << "a device";
}

TEST(Trace, TheFileForTestsSaysThatItIsSynthetic) {
  const auto trace = load_trace(support::test_file("short.trace"));
  ASSERT_TRUE(trace) << trace.error().message;
  EXPECT_THAT(trace->recorded.note, HasSubstr("SYNTHETIC"));
  EXPECT_EQ(trace->gpus[0].readings.size(), 20U);
  EXPECT_EQ(trace->gpus[0].counter.size(), 500U);
  EXPECT_EQ(trace->gpus[0].power.size(), 618U);
}

}  // namespace
}  // namespace gpubench::meter
