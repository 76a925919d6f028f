// How the head reaches its agents.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace gpubench::agents {

class Channel {
 public:
  virtual ~Channel() = default;
  virtual void send(std::string_view bytes) = 0;
  // What has come, waiting for it up to `patience`, or until `interrupt_fd` is readable. Empty text: nothing has. Empty: the
  // launcher has ended.
  virtual std::optional<std::string> receive(base::Duration patience, int interrupt_fd) = 0;
};

}  // namespace gpubench::agents
