#include "ranks/join.h"

#include <unistd.h>

#include <chrono>

#include "platform/clock.h"
#include "ranks/leader.h"
#include "ranks/member.h"

namespace gpubench::ranks {

base::Result<std::unique_ptr<Company>> join(const std::string& group, const std::string& node, const Hello& own,
                                            int expected) {
  const std::string name = "iris-gpubench/" + std::to_string(geteuid()) + "/" + group + "/" + node;
  const platform::SystemClock clock;
  constexpr int kTries = 100;  // one who led may end between the two
  for (int attempt = 0; attempt < kTries; ++attempt) {
    if (auto door = Socket::listen(name)) return std::make_unique<Leader>(*std::move(door), own, expected);
    if (auto leader = Socket::connect(name)) return std::make_unique<Member>(*std::move(leader), own);
    clock.sleep_until(clock.now() + std::chrono::milliseconds(10));
  }
  return base::failure("the processes of the job on " + node + " cannot find each other: the name " + name + " is taken",
                       "another user may have it; use --group with a name of your own, or --alone");
}

}  // namespace gpubench::ranks
