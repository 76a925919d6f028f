// A thread with a bounded queue: posting never waits, handling may be slow.
#pragma once

#include <pthread.h>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

#include "base/time.h"

namespace gpubench::live {

// post() and finish() from any one thread each; `handle` runs on the worker's own thread. A full queue gives up its oldest
// item and counts it.
template <class T>
class Worker {
 public:
  // `name`: of the thread, at most 15 bytes.
  Worker(const char* name, std::size_t capacity, std::function<void(T&)> handle)
      : name_(name), capacity_(capacity), handle_(std::move(handle)), thread_([this] { run(); }) {}
  ~Worker() { finish(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void post(T item) {
    {
      const std::lock_guard lock(mutex_);
      if (queue_.size() >= capacity_) {
        ++dropped_;
        queue_.pop_front();
      }
      queue_.push_back(std::move(item));
    }
    changed_.notify_all();
  }

  // Waits until all posted was handled, at most `patience`; returns whether it was.
  bool drain(base::Duration patience) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [this] { return queue_.empty() && !busy_; });
  }

  // Handles what is left and ends the thread.
  void finish() {
    {
      const std::lock_guard lock(mutex_);
      finishing_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

  [[nodiscard]] std::size_t dropped() const {
    const std::lock_guard lock(mutex_);
    return dropped_;
  }

 private:
  void run() {
    pthread_setname_np(pthread_self(), name_);
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return finishing_ || !queue_.empty(); });
      if (queue_.empty()) return;
      T item = std::move(queue_.front());
      queue_.pop_front();
      busy_ = true;
      lock.unlock();
      handle_(item);
      lock.lock();
      busy_ = false;
      changed_.notify_all();
    }
  }

  const char* const name_;
  const std::size_t capacity_;
  const std::function<void(T&)> handle_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<T> queue_;
  std::size_t dropped_ = 0;
  bool busy_ = false;
  bool finishing_ = false;
  std::thread thread_;  // last: starts when all else is there
};

}  // namespace gpubench::live
