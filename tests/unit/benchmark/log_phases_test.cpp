// Phases in logs of real formats.
#include "benchmark/log_phases.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace gpubench::benchmark {
namespace {

using namespace std::chrono_literals;

const base::ClockAnchor kAnchor{base::SteadyTime(1000s), base::WallTime(1'700'000'000s)};

// Each text comes a second after the one before it; what is said of phases, without the times' zeros: "b 3 log:keras epoch".
std::vector<std::string> marks_of(const std::vector<std::string>& texts, const LogPhaseOptions& options = {}) {
  std::vector<std::string> marks;
  auto phases = LogPhases::create(options, kAnchor, [&](const std::string& line) {
    const std::size_t end = line.find(' ', 2);
    const double seconds = std::stod(line.substr(2, end - 2)) / 1e9 - 1000;
    std::string text = std::to_string(seconds);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    marks.push_back(line.substr(0, 2) + text + line.substr(end, line.size() - end - 1));
  });
  if (!phases) return {phases.error().message};
  base::SteadyTime time(1000s);
  for (const std::string& text : texts) (*phases)->read(0, text, time += 1s);
  (*phases)->finish(time += 1s);
  return marks;
}

using Lines = std::vector<std::string>;

TEST(LogPhases, ScimlBench) {
  EXPECT_EQ(marks_of({"<BEGIN> Running benchmark synthetic_regression in training mode\n",
                      "....<BEGIN> Loading data\n........Dataset size: 1024\n",
                      "....<ENDED> Loading data [ELAPSED = 1.503312 sec]\n....<BEGIN> Training model\n",
                      "....<ENDED> Training model [ELAPSED = 17.602400 sec]\n",
                      "<ENDED> Running benchmark synthetic_regression in training mode [ELAPSED = 22.1 sec]\n"}),
            (Lines{"b 1 log:sciml Running benchmark synthetic_regression in training mode", "b 2 log:sciml Loading data",
                   "e 3 log:sciml Loading data", "b 3 log:sciml Training model", "e 4 log:sciml Training model",
                   "e 5 log:sciml Running benchmark synthetic_regression in training mode"}));
}

TEST(LogPhases, MlperfByItsOwnTimesAndKeys) {
  const auto line = [](const char* type, const char* key, long long milliseconds) {
    return ":::MLLOG {\"namespace\": \"\", \"time_ms\": " + std::to_string(milliseconds) + ", \"event_type\": \"" + type +
           "\", \"key\": \"" + key + "\", \"value\": null, \"metadata\": {\"file\": \"train.py\", \"lineno\": 12}}\n";
  };
  EXPECT_EQ(marks_of({line("INTERVAL_START", "init_start", 1'700'000'000'500),
                      "0: " + line("INTERVAL_END", "init_stop", 1'700'000'001'750),
                      line("POINT_IN_TIME", "power_measurement_start", 1'700'000'002'000),
                      line("POINT_IN_TIME", "global_batch_size", 1'700'000'002'000),
                      line("POINT_IN_TIME", "power_measurement_stop", 1'500'000'000'000)}),
            (Lines{"b 0.5 log:mlperf init", "e 1.75 log:mlperf init", "b 2 log:mlperf power_measurement",
                   "e 5 log:mlperf power_measurement"}));
}

TEST(LogPhases, KerasEpochsEndWithTheirBars) {
  EXPECT_EQ(marks_of({"Epoch 1/2\n", "\r 1/63 [..............................] - ETA: 10s - loss: 2.3",
                      "\r63/63 [==============================] - 2s 30ms/step - loss: 0.9 - val_loss: 0.8\n", "Epoch 2/2\n",
                      "\x1b[1m63/63\x1b[0m \x1b[32m\xe2\x94\x81\x1b[0m 2s 30ms/step\n", "saved\n"}),
            (Lines{"b 1 log:keras epoch", "e 3 log:keras epoch", "b 4 log:keras epoch", "e 5 log:keras epoch"}));
}

TEST(LogPhases, LightningBars) {
  EXPECT_EQ(marks_of({"Sanity Checking DataLoader 0:   0%|          | 0/2 [00:00<?, ?it/s]\r",
                      "Epoch 0:   0%|          | 0/100 [00:00<?, ?it/s]\r",
                      "Epoch 0: 100%|##########| 100/100 [00:02<00:00, 45.1it/s, v_num=3]\r",
                      "\nValidation DataLoader 0:  50%|#####     | 5/10 [00:00<00:00]\r",
                      "Epoch 1:   1%|          | 1/100 [00:00<00:02]\r", "Epoch 1: 100%|##########| 100/100\r",
                      "`Trainer.fit` stopped: `max_epochs=2` reached.\n"}),
            (Lines{"b 1 log:lightning sanity check", "e 1 log:lightning sanity check", "b 2 log:lightning epoch",
                   "b 4 log:lightning validation", "e 4 log:lightning validation", "e 4 log:lightning epoch",
                   "b 5 log:lightning epoch", "e 6 log:lightning epoch"}));
}

TEST(LogPhases, OrdinaryLogsHaveNone) {
  EXPECT_EQ(marks_of({"Epoch 1 of 3\n", "epoch_start\n", "loss: 0.3\n", "Epoch 3/x\n", "50%|#####| done\n", "<BEGIN>\n"}),
            Lines{});
}

TEST(LogPhases, ExpressionsOfTheUser) {
  LogPhaseOptions pair;
  pair.regexes = {"^start (\\w+)", "^done (\\w+)"};
  EXPECT_EQ(marks_of({"start a\n", "start b\n", "done b\n", "done a\n"}, pair),
            (Lines{"b 1 log:regex a", "b 2 log:regex b", "e 3 log:regex b", "e 4 log:regex a"}));
  LogPhaseOptions alone;
  alone.regexes = {"^Step: (.+)$"};
  EXPECT_EQ(marks_of({"Step: one\n", "words\n", "Step: two\n"}, alone),
            (Lines{"b 1 log:regex one", "e 3 log:regex one", "b 3 log:regex two", "e 4 log:regex two"}));
  LogPhaseOptions three;
  three.regexes = {"a", "b", "c"};
  EXPECT_EQ(marks_of({}, three).front(), "--phase-regex was given more than twice");
}

TEST(LogPhases, MarksOfAProgramWithoutAFile) {
  LogPhaseOptions none;
  none.format = LogFormat::none;
  Lines lines;
  auto phases = LogPhases::create(none, kAnchor, [&](const std::string& line) { lines.push_back(line); });
  (*phases)->read(0, "loss 0.3 :::IRIS_GPUBENCH b 1001000000000 7/8 step\nmore\n", base::SteadyTime(1001s));
  EXPECT_EQ(lines, Lines{"b 1001000000000 7/8 step\n"});
}

TEST(LogPhases, OneFormatAloneOrNone) {
  LogPhaseOptions keras;
  keras.format = LogFormat::keras;
  EXPECT_EQ(marks_of({"<BEGIN> a\n"}, keras), Lines{});
  LogPhaseOptions none;
  none.format = LogFormat::none;
  EXPECT_EQ(marks_of({"<BEGIN> a\n", "Epoch 1/2\n"}, none), Lines{});
}

TEST(LogPhases, LinesMayBeCutAnywhereAndStreamsDoNotMix) {
  Lines marks;
  auto phases = LogPhases::create({}, kAnchor, [&](const std::string& line) { marks.push_back(line.substr(0, 1)); });
  (*phases)->read(0, "<BEG", base::SteadyTime(1001s));
  (*phases)->read(1, "<BEGIN> err\n", base::SteadyTime(1002s));
  (*phases)->read(0, "IN> out\n", base::SteadyTime(1003s));
  EXPECT_EQ(marks, (Lines{"b", "b"}));
}

}  // namespace
}  // namespace gpubench::benchmark
