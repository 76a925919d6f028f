// One host's run, from its start there to its results here, through every cut of the connection.
#pragma once

#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "hosts/console.h"
#include "hosts/mailbox.h"
#include "platform/clock.h"
#include "remote/far_run.h"
#include "remote/program.h"

namespace gpubench::hosts {

// What is to be run there.
struct HostOrder {
  remote::Host host;
  std::string name;                          // of the run there
  std::optional<int> part = {};              // its number among several hosts
  std::vector<std::string> words = {};       // of the command line there
  std::string program = {};                  // a path there; empty: it is brought
  const remote::Luggage* luggage = nullptr;  // what is brought
};

struct HostEnd {
  std::string host;
  std::optional<int> exit_code = {};  // as it is to be returned; empty: it is not known
  std::filesystem::path folder = {};  // of its results here; empty: there are none
  std::filesystem::path job = {};     // of which they are a part; empty: of none
};

class HostRun {
 public:
  // All outlive it.
  HostRun(std::filesystem::path results_dir, Mailbox& mailbox, Console& console)
      : results_dir_(std::move(results_dir)), mailbox_(mailbox), console_(console) {}

  HostEnd run(const HostOrder& order);
  HostEnd attach(const remote::Host& host, const std::string& name);

 private:
  base::Result<remote::FarRun> start(const HostOrder& order);
  HostEnd see_to_its_end(const remote::FarRun& far);
  remote::Reply<remote::FarEnd> follow(const remote::FarRun& far);
  remote::Reply<void> hand_on_signals(const remote::FarRun& far);
  [[nodiscard]] std::string with_own_paths(const remote::FarRun& far, std::string_view line) const;
  remote::Reply<void> fetch(const remote::FarRun& far, HostEnd& end);
  remote::Reply<void> fetch_once(const remote::FarRun& far, const std::filesystem::path& place);
  base::Result<void> keep(const remote::FarRun& far, const std::filesystem::path& tree, HostEnd& end) const;
  bool pause(const remote::FarRun& far, const base::Error& error);
  void connected(const remote::FarRun& far);
  template <class Work>
  auto insist(const remote::FarRun& far, Work work) -> decltype(work());

  std::filesystem::path results_dir_;
  Mailbox& mailbox_;
  Console& console_;
  platform::SystemClock clock_;
  std::deque<int> signals_;  // not handed on yet
  base::Duration pause_{};   // before the last try; zero: it was connected since
};

}  // namespace gpubench::hosts
