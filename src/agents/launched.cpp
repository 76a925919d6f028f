#include "agents/launched.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "platform/readable.h"

namespace gpubench::agents {

base::Result<std::unique_ptr<Launched>> Launched::start(const std::vector<std::string>& words,
                                                        const std::vector<std::string>& environment) {
  auto child = PipedChild::start(words, environment);
  if (!child) {
    base::Error error = child.error();
    if (error.remedy.empty()) error.remedy = "it must be in PATH";
    return base::failure(std::move(error));
  }
  return std::unique_ptr<Launched>(new Launched(*std::move(child)));
}

std::optional<std::string> Launched::receive(base::Duration patience, int interrupt_fd) {
  std::array<pollfd, 2> entries{pollfd{child_->output_fd(), POLLIN, 0}, pollfd{interrupt_fd, POLLIN, 0}};
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(std::max(patience, base::Duration::zero())).count();
  if (child_->output_fd() >= 0) ::poll(entries.data(), entries.size(), static_cast<int>(milliseconds));
  std::string text = child_->read();
  if (text.empty() && child_->output_fd() < 0) return std::nullopt;
  return text;
}

void Launched::leave(base::Duration patience) {
  child_->close_input();
  if (!child_->wait(patience)) child_->kill();
}

}  // namespace gpubench::agents
