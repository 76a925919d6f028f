// The agent's side: it answers the head, and knows what that has said.
#pragma once

#include <mutex>
#include <optional>
#include <thread>

#include "agents/line.h"
#include "agents/messages.h"
#include "platform/clock.h"

namespace gpubench::agents {

// A thread of its own answers at once, whatever this process does. The functions are for one other thread.
class Answering {
 public:
  // Reads and writes these descriptors, which are the launcher's. The clock outlives it.
  Answering(int number, int in, int out, const platform::Clock& clock);
  ~Answering();
  Answering(const Answering&) = delete;
  Answering& operator=(const Answering&) = delete;

  void set(State state);
  [[nodiscard]] std::optional<Began> began() const;
  [[nodiscard]] std::optional<Ended> ended() const;
  // The head speaks no more: it has left, or was killed.
  [[nodiscard]] bool is_alone() const;
  // Readable when one of these may have changed; take_news() makes it wait for the next.
  [[nodiscard]] int news_fd() const { return news_; }
  void take_news() const;

 private:
  void run();
  bool read_on();
  void take(const Line& line);
  void answer(const Ping& ping);

  const int number_;
  const int in_;
  const int out_;
  const platform::Clock& clock_;
  int news_ = -1;
  int stop_ = -1;
  LineReader reader_{Way::to_agents};  // the thread's own
  mutable std::mutex mutex_;           // guards what follows
  State state_ = State::preparing;
  std::optional<Began> began_;
  std::optional<Ended> ended_;
  bool alone_ = false;
  std::thread thread_;
};

}  // namespace gpubench::agents
