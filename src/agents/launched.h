// The agents' step as a channel: srun with its standard streams.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agents/channel.h"
#include "agents/piped_child.h"
#include "base/result.h"

namespace gpubench::agents {

class Launched final : public Channel {
 public:
  static base::Result<std::unique_ptr<Launched>> start(const std::vector<std::string>& words,
                                                       const std::vector<std::string>& environment);

  void send(std::string_view bytes) override { child_->write(bytes); }
  std::optional<std::string> receive(base::Duration patience, int interrupt_fd) override;

  // What the launcher and the agents have said of trouble.
  std::string trouble() { return child_->errors(); }
  // Lets the agents go, and waits for their end; those that take longer than `patience` are killed with the launcher.
  void leave(base::Duration patience);

 private:
  explicit Launched(std::unique_ptr<PipedChild> child) : child_(std::move(child)) {}

  std::unique_ptr<PipedChild> child_;
};

}  // namespace gpubench::agents
