#include "hosts/hosts.h"

#include <atomic>
#include <chrono>
#include <deque>
#include <thread>

#include "platform/readable.h"

namespace gpubench::hosts {
namespace {

using Work = std::function<HostEnd(Mailbox&)>;

// The main thread hands signals to all.
std::vector<HostEnd> side_by_side(const std::vector<Work>& works, platform::SignalQueue& signals) {
  constexpr base::Duration kBetweenLooks = std::chrono::milliseconds(50);
  std::deque<Mailbox> mailboxes(works.size());
  std::vector<HostEnd> ends(works.size());
  std::atomic<std::size_t> running = works.size();
  std::vector<std::thread> threads;
  threads.reserve(works.size());
  for (std::size_t i = 0; i < works.size(); ++i)
    threads.emplace_back([&, i] {
      ends[i] = works[i](mailboxes[i]);
      --running;
    });
  const auto post = [&mailboxes](int signal) {
    for (Mailbox& mailbox : mailboxes) mailbox.post(signal);
  };
  while (running > 0) {
    if (!platform::becomes_readable(signals.fd_of_all(), kBetweenLooks)) continue;
    if (const auto signal = signals.next_for_benchmark()) post(*signal);
    if (const auto signal = signals.next()) post(*signal);
  }
  for (std::thread& thread : threads) thread.join();
  return ends;
}

}  // namespace

std::vector<HostEnd> run_on_hosts(const std::vector<HostOrder>& orders, const std::filesystem::path& results_dir,
                                  platform::SignalQueue& signals, Console& console) {
  std::vector<Work> works;
  works.reserve(orders.size());
  for (const HostOrder& order : orders)
    works.emplace_back([&](Mailbox& mailbox) { return HostRun(results_dir, mailbox, console).run(order); });
  return side_by_side(works, signals);
}

HostEnd attach_to_host(const remote::Host& host, const std::string& run, const std::filesystem::path& results_dir,
                       platform::SignalQueue& signals, Console& console) {
  return side_by_side({[&](Mailbox& mailbox) { return HostRun(results_dir, mailbox, console).attach(host, run); }}, signals)
      .front();
}

}  // namespace gpubench::hosts
