#include "series/journal/journal.h"

#include <pthread.h>

#include <chrono>
#include <utility>

#include "platform/clock.h"

namespace gpubench::series {
namespace {

constexpr auto kGather = std::chrono::milliseconds(20);       // what a killed process loses at most
constexpr auto kSyncPeriod = std::chrono::milliseconds(900);  // what a power cut costs beyond that
constexpr std::size_t kMostWaiting = std::size_t{8} << 20U;

}  // namespace

base::Result<std::unique_ptr<Journal>> Journal::create(const std::filesystem::path& run_directory, const std::string& run_id,
                                                       std::size_t segment_bytes) {
  auto files = SegmentFiles::create(run_directory, run_id, segment_bytes);
  if (!files) return base::failure(files.error());
  return std::unique_ptr<Journal>(new Journal(std::move(*files)));
}

Journal::Journal(std::unique_ptr<SegmentFiles> files) : files_(std::move(files)), buffer_(kMostWaiting) {
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "journal");
}

Journal::~Journal() {
  close();
}

void Journal::append_entry(journal_format::Kind kind, std::uint16_t gpu, std::span<const std::byte> entry) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = buffer_.empty();
    if (!buffer_.add(kind, gpu, entry)) ++lost_;
  }
  if (first) woken_.notify_one();
}

void Journal::note(std::string_view text) {
  {
    const std::lock_guard lock(mutex_);
    if (!buffer_.add_note(text)) ++lost_;
    urgent_ = true;
  }
  woken_.notify_one();
}

void Journal::close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  woken_.notify_one();
  if (thread_.joinable()) thread_.join();
}

std::optional<base::Error> Journal::error() const {
  const std::lock_guard lock(mutex_);
  if (lost_ > 0 || unwritten_ > 0) {
    const std::string what = lost_ > 0 ? std::to_string(lost_) + " values" : std::to_string(unwritten_) + " bytes";
    return base::Error{what + " are missing from the run's journal (" + write_trouble_ + ")",
                       "free space there or choose another folder with --results-dir"};
  }
  if (!sync_trouble_.empty()) return base::Error{sync_trouble_, "check the disk"};
  if (removed_) return base::Error{"the run's journal was removed while it was written", ""};
  return std::nullopt;
}

void Journal::run() {
  const platform::SystemClock clock;
  std::unique_lock lock(mutex_);
  base::SteadyTime sync_due = clock.now();
  for (bool unsynced = false;;) {
    wait_for_work(lock, unsynced ? std::optional(sync_due - clock.now()) : std::nullopt);
    const bool last = closing_;
    const bool at_once = std::exchange(urgent_, false) || last;
    unsynced = unsynced || work_waits();
    write_what_waits(lock);
    if (last && batch_done_ == batch_.bytes.size()) write_what_waits(lock);  // what came while an older batch was stuck
    if (at_once || (unsynced && clock.now() >= sync_due)) {
      lock.unlock();
      files_->sync();
      lock.lock();
      unsynced = false;
      sync_due = clock.now() + kSyncPeriod;
    }
    write_trouble_ = files_->write_trouble();
    sync_trouble_ = files_->sync_trouble();
    removed_ = last && files_->is_removed();
    if (last) break;
  }
  RecordBatch rest;
  buffer_.take(rest);
  unwritten_ = batch_.bytes.size() - batch_done_ + rest.bytes.size();
}

bool Journal::work_waits() const {
  return !buffer_.empty() || batch_done_ < batch_.bytes.size();
}

// Sleeps until there is something to write, or until what is written is due to be forced to the disk. What comes is
// collected for a moment; what the disk did not accept is tried again.
void Journal::wait_for_work(std::unique_lock<std::mutex>& lock, std::optional<base::Duration> sync_in) {
  const auto hurried = [this] { return urgent_ || closing_; };
  const auto some = [&] { return hurried() || work_waits(); };
  if (sync_in) {
    woken_.wait_for(lock, *sync_in, some);
  } else {
    woken_.wait(lock, some);
  }
  if (work_waits()) woken_.wait_for(lock, kGather, hurried);
}

// The mutex is released while the disk works.
void Journal::write_what_waits(std::unique_lock<std::mutex>& lock) {
  if (batch_done_ == batch_.bytes.size()) {
    if (buffer_.empty()) return;
    buffer_.take(batch_);
    batch_done_ = 0;
  }
  lock.unlock();
  files_->write(batch_, batch_done_);
  lock.lock();
}

}  // namespace gpubench::series
