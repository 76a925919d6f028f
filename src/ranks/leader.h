// The process that leads a node's: the others tell it what they see, and it says who measures what.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

#include "platform/clock.h"
#include "ranks/company.h"
#include "ranks/socket.h"

namespace gpubench::ranks {

// A thread of its own serves the others. The public functions are for one other thread.
class Leader final : public Company {
 public:
  // `expected`: how many processes the job has on this node, this one included.
  Leader(Socket door, Hello own, int expected);
  ~Leader() override;
  Leader(const Leader&) = delete;
  Leader& operator=(const Leader&) = delete;

  void gather(base::Duration patience) override;
  [[nodiscard]] std::vector<std::string> boards() const override;
  void wait_for_go(base::Duration patience, int interrupt_fd) override;
  void ended(const RankEnd& end) override;
  [[nodiscard]] std::optional<base::Window> over() override;
  [[nodiscard]] std::vector<int> processes() const override;
  [[nodiscard]] int news_fd() const override { return news_; }
  [[nodiscard]] const std::vector<std::string>& own_boards() const override { return own_.own; }
  [[nodiscard]] bool has_first_rank() const override;
  [[nodiscard]] std::vector<RankEnd> ends() const override;
  [[nodiscard]] bool leads() const override { return true; }
  [[nodiscard]] bool lost_leader() const override { return false; }

 private:
  struct Other {
    Socket socket;
    std::optional<Hello> hello = {};
    bool ready = false;
    bool measures = false;  // has boards of its own, and so a part and a record of its rank
    bool gone = false;
    std::optional<RankEnd> end = {};
  };

  void run();
  void serve(Other& other);
  void take(Other& other, const std::string& message);
  void welcome(Other& other);
  [[nodiscard]] std::vector<std::string> boards_in_use() const;
  void tell_if_over();
  [[nodiscard]] std::vector<int> all_processes() const;
  [[nodiscard]] bool all_have_joined() const;
  [[nodiscard]] bool all_are_ready() const;
  [[nodiscard]] bool all_have_ended() const;

  Socket door_;
  const Hello own_;
  std::size_t expected_;  // processes that are waited for
  int news_ = -1;
  int stop_ = -1;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::unique_ptr<Other>> others_;  // guarded by it, as all below
  std::set<std::string> measured_;              // by any of them
  // What this process measures, once it has chosen; and what it sees besides, of which a rank that comes later and before
  // the start measures its own.
  std::optional<std::vector<std::string>> chosen_;
  std::set<std::string> left_out_;
  std::optional<RankEnd> own_end_;
  std::optional<base::Window> over_;
  bool gone_on_ = false;  // "go" was said
  std::thread thread_;
};

}  // namespace gpubench::ranks
