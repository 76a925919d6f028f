// A process that another one of its node leads.
#pragma once

#include "ranks/company.h"
#include "ranks/socket.h"

namespace gpubench::ranks {

class Member final : public Company {
 public:
  Member(Socket leader, const Hello& own);

  void gather(base::Duration patience) override;
  [[nodiscard]] std::vector<std::string> boards() const override { return boards_; }
  void wait_for_go(base::Duration patience, int interrupt_fd) override;
  void ended(const RankEnd& end) override;
  [[nodiscard]] std::optional<base::Window> over() override;
  [[nodiscard]] std::vector<int> processes() const override { return processes_; }
  [[nodiscard]] int news_fd() const override { return leader_.fd(); }
  [[nodiscard]] const std::vector<std::string>& own_boards() const override { return own_boards_; }
  [[nodiscard]] bool has_first_rank() const override { return false; }
  [[nodiscard]] std::vector<RankEnd> ends() const override;
  [[nodiscard]] bool leads() const override { return false; }
  [[nodiscard]] bool lost_leader() const override { return lost_; }

 private:
  // Until `there` holds, the leader is gone or the time is over.
  template <class There>
  void listen(base::Duration patience, int interrupt_fd, There there);
  void take(const std::string& message);

  const std::vector<std::string> own_boards_;
  Socket leader_;
  bool assigned_ = false;
  std::vector<std::string> boards_;
  bool may_go_ = false;
  std::vector<int> processes_;
  bool lost_ = false;
  std::optional<RankEnd> end_;
  std::optional<base::Window> over_;
};

}  // namespace gpubench::ranks
