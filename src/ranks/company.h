// The other processes of a job on this node, as one of them sees them. One leads; it dies, and the others go on alone.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "ranks/messages.h"

namespace gpubench::ranks {

class Company {
 public:
  virtual ~Company() = default;
  // Waits until all that are expected have joined, but not longer than a while.
  virtual void gather(base::Duration patience) = 0;
  // The boards that this process measures, after gather(). Empty: others do.
  [[nodiscard]] virtual std::vector<std::string> boards() const = 0;
  // Waits until all may start at once, but not longer than a while. A signal that ends it stays in its queue.
  virtual void wait_for_go(base::Duration patience, int interrupt_fd) = 0;
  // This process's rank has ended.
  virtual void ended(const RankEnd& end) = 0;
  // From the first start to the last end on this node, once all have ended, or as far as is known without the leader.
  [[nodiscard]] virtual std::optional<base::Window> over() = 0;
  // This job's processes on this node by their ids, once all may start: what they start is the benchmark's.
  [[nodiscard]] virtual std::vector<int> processes() const = 0;
  // Readable when over() may have changed.
  [[nodiscard]] virtual int news_fd() const = 0;
  // The boards that this process's own rank may use.
  [[nodiscard]] virtual const std::vector<std::string>& own_boards() const = 0;
  // Whether the job's first rank is on this node; only the leader knows.
  [[nodiscard]] virtual bool has_first_rank() const = 0;
  // Those whose ends are to be recorded by this process.
  [[nodiscard]] virtual std::vector<RankEnd> ends() const = 0;
  [[nodiscard]] virtual bool leads() const = 0;
  // The leader has died before all had ended.
  [[nodiscard]] virtual bool lost_leader() const = 0;
};

}  // namespace gpubench::ranks
