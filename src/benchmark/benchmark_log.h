// The benchmark's log: to a file by a thread of its own, and on to watchers. A slow disk or terminal never delays
// the benchmark.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "base/result.h"
#include "benchmark/log_file.h"
#include "benchmark/log_phases.h"
#include "benchmark/score.h"
#include "platform/clock.h"
#include "workload/workload.h"

namespace gpubench::benchmark {

struct BenchmarkLogOptions {
  LogFileOptions file;                             // its on_line is used for the score
  std::optional<ScorePattern> score;               // looked for in each line
  LogPhaseOptions phases = {};                     // likewise
  std::filesystem::path marks_path = {};           // file to which its phases are appended; empty: none
  std::function<void(std::string)> watch;          // gets a copy of each piece; must not block. May be empty
  std::size_t room_bytes = std::size_t{64} << 20;  // what may wait for a slow disk; more is dropped and counted
};

class BenchmarkLog final : public workload::LogSink {
 public:
  static base::Result<std::unique_ptr<BenchmarkLog>> create(BenchmarkLogOptions options, const platform::Clock& clock);
  ~BenchmarkLog() override;
  BenchmarkLog(const BenchmarkLog&) = delete;
  BenchmarkLog& operator=(const BenchmarkLog&) = delete;

  // Never waits for the disk.
  void write(workload::LogStream stream, std::string_view bytes) override;
  // Brings all that came to the file. An error says what is missing from the log.
  base::Result<void> close();
  // Valid after close(): the last score in the log.
  [[nodiscard]] std::optional<double> score() const { return score_; }
  // Valid after close(): lines in which the search for the score took too long and was given up.
  [[nodiscard]] std::size_t lines_given_up() const { return lines_given_up_; }

 private:
  struct Piece {
    workload::LogStream stream;
    std::string bytes;
    base::WallTime time;
  };
  BenchmarkLog(BenchmarkLogOptions options, const platform::Clock& clock);
  void run();
  void store(std::deque<Piece>& pieces, std::size_t dropped);
  void look_for_score(std::string_view line);
  void mark(const std::string& line);

  BenchmarkLogOptions options_;
  const platform::Clock& clock_;
  const base::ClockAnchor anchor_;     // so that the log's times go on as the readings' do when the wall clock is set
  std::optional<LogFile> file_;        // the thread's own until it has ended
  std::optional<double> score_;        // likewise
  std::size_t lines_given_up_ = 0;     // likewise
  std::unique_ptr<LogPhases> phases_;  // likewise; null: none are wanted
  std::ofstream marks_;                // likewise
  std::size_t all_dropped_ = 0;        // likewise; bytes

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Piece> queue_;
  std::size_t queued_bytes_ = 0;
  std::size_t dropped_ = 0;  // bytes that the thread does not know of yet
  bool finishing_ = false;
  std::thread thread_;
};

}  // namespace gpubench::benchmark
