#include "benchmark/benchmark_log.h"

#include <pthread.h>

#include <utility>

#include "base/text.h"
#include "base/try.h"

namespace gpubench::benchmark {
namespace {

constexpr std::size_t kLargestPiece = std::size_t{64} << 10;
constexpr auto kOneMoment = std::chrono::milliseconds(1);  // pieces that come within it have one time

}  // namespace

BenchmarkLog::BenchmarkLog(BenchmarkLogOptions options, const platform::Clock& clock)
    : options_(std::move(options)), clock_(clock), anchor_(clock.anchor()) {}

base::Result<std::unique_ptr<BenchmarkLog>> BenchmarkLog::create(BenchmarkLogOptions options, const platform::Clock& clock) {
  std::unique_ptr<BenchmarkLog> log(new BenchmarkLog(std::move(options), clock));
  if (log->options_.score)
    log->options_.file.on_line = [self = log.get()](std::string_view line) { self->look_for_score(line); };
  if (!log->options_.marks_path.empty())
    GPUBENCH_ASSIGN_OR_RETURN(log->phases_,
                              LogPhases::create(log->options_.phases, log->anchor_,
                                                [self = log.get()](const std::string& line) { self->mark(line); }));
  auto file = LogFile::create(log->options_.file);
  if (!file) return base::failure(file.error());
  log->file_.emplace(std::move(*file));
  log->thread_ = std::thread([self = log.get()] { self->run(); });
  return log;
}

BenchmarkLog::~BenchmarkLog() {
  static_cast<void>(close());
}

void BenchmarkLog::write(workload::LogStream stream, std::string_view bytes) {
  const base::WallTime now = anchor_.to_wall(clock_.now());
  {
    const std::lock_guard lock(mutex_);
    if (queued_bytes_ + bytes.size() > options_.room_bytes) {
      dropped_ += bytes.size();
    } else {
      queued_bytes_ += bytes.size();
      const bool joins = !queue_.empty() && queue_.back().stream == stream && now - queue_.back().time < kOneMoment &&
                         queue_.back().bytes.size() + bytes.size() <= kLargestPiece;
      if (joins)
        queue_.back().bytes.append(bytes);
      else
        queue_.push_back({stream, std::string(bytes), now});
    }
  }
  changed_.notify_one();
  if (options_.watch) options_.watch(std::string(bytes));
}

void BenchmarkLog::run() {
  pthread_setname_np(pthread_self(), "benchmark log");
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return finishing_ || !queue_.empty() || dropped_ > 0; });
    if (queue_.empty() && dropped_ == 0) return;
    std::deque<Piece> pieces = std::exchange(queue_, {});
    const std::size_t dropped = std::exchange(dropped_, 0);
    // What is being written still needs memory until it is in the file.
    lock.unlock();
    std::size_t bytes = 0;
    for (const Piece& piece : pieces) bytes += piece.bytes.size();
    store(pieces, dropped);
    lock.lock();
    queued_bytes_ -= bytes;
  }
}

void BenchmarkLog::store(std::deque<Piece>& pieces, std::size_t dropped) {
  for (const Piece& piece : pieces) {
    file_->write(piece.stream, piece.bytes, piece.time);
    if (phases_) phases_->read(piece.stream == workload::LogStream::out ? 0 : 1, piece.bytes, anchor_.to_steady(piece.time));
  }
  marks_.flush();
  if (dropped > 0) {
    all_dropped_ += dropped;
    file_->remark(std::to_string(dropped) + " bytes lost here: the disk was too slow", anchor_.to_wall(clock_.now()));
  }
  file_->flush();
}

void BenchmarkLog::look_for_score(std::string_view line) {
  const auto found = options_.score->find(line);
  if (!found) ++lines_given_up_;
  if (found && *found) score_ = *found;
}

// The file is made with its first line.
void BenchmarkLog::mark(const std::string& line) {
  if (!marks_.is_open()) marks_.open(options_.marks_path, std::ios::app);
  marks_ << line;
}

base::Result<void> BenchmarkLog::close() {
  if (!thread_.joinable()) return {};
  {
    const std::lock_guard lock(mutex_);
    finishing_ = true;
  }
  changed_.notify_one();
  thread_.join();
  if (phases_) phases_->finish(clock_.now());
  marks_.close();
  auto finished = file_->finish(anchor_.to_wall(clock_.now()));
  if (!finished) return finished;
  std::string missing = file_->cut();
  if (all_dropped_ > 0) base::add_item(missing, std::to_string(all_dropped_) + " bytes lost: the disk was too slow");
  if (!missing.empty()) return base::failure(missing);
  return {};
}

}  // namespace gpubench::benchmark
