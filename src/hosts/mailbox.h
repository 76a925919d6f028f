// Signals on their way to the thread of one host.
#pragma once

#include <deque>
#include <mutex>
#include <optional>

namespace gpubench::hosts {

class Mailbox {
 public:
  Mailbox();
  ~Mailbox();
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  void post(int signal);
  std::optional<int> take();
  // Readable while one waits to be taken.
  [[nodiscard]] int fd() const { return news_; }

 private:
  int news_;  // counts waiting_
  std::mutex mutex_;
  std::deque<int> waiting_;  // guarded by it
};

}  // namespace gpubench::hosts
