#include "series/journal/journal.h"

#include <pthread.h>

#include <chrono>
#include <utility>

namespace gpubench::series {
namespace {

constexpr auto kWritePeriod = std::chrono::milliseconds(100);  // what a killed process loses at most
constexpr int kWritesPerSync = 10;                             // what a power cut costs beyond that: a second
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
  const std::lock_guard lock(mutex_);
  if (!buffer_.add(kind, gpu, entry)) ++lost_;
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
                       "free space there or choose another folder with --results_dir"};
  }
  if (!sync_trouble_.empty()) return base::Error{sync_trouble_, "check the disk"};
  return std::nullopt;
}

void Journal::run() {
  std::unique_lock lock(mutex_);
  for (int writes = 1;; ++writes) {
    woken_.wait_for(lock, kWritePeriod, [this] { return urgent_ || closing_; });
    const bool last = closing_;
    const bool sync = std::exchange(urgent_, false) || last || writes % kWritesPerSync == 0;
    write_what_waits(lock);
    if (last && batch_done_ == batch_.bytes.size()) write_what_waits(lock);  // what came while an older batch was stuck
    lock.unlock();
    if (sync) files_->sync();
    lock.lock();
    write_trouble_ = files_->write_trouble();
    sync_trouble_ = files_->sync_trouble();
    if (last) break;
  }
  RecordBatch rest;
  buffer_.take(rest);
  unwritten_ = batch_.bytes.size() - batch_done_ + rest.bytes.size();
}

// The mutex is let go while the disk works.
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
