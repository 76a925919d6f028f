#include "hosts/mailbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

namespace gpubench::hosts {

Mailbox::Mailbox() : news_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE)) {}

Mailbox::~Mailbox() {
  close(news_);
}

void Mailbox::post(int signal) {
  const std::lock_guard<std::mutex> lock(mutex_);
  waiting_.push_back(signal);
  static_cast<void>(eventfd_write(news_, 1));
}

std::optional<int> Mailbox::take() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (waiting_.empty()) return std::nullopt;
  eventfd_t one = 0;
  static_cast<void>(eventfd_read(news_, &one));
  const int signal = waiting_.front();
  waiting_.pop_front();
  return signal;
}

}  // namespace gpubench::hosts
