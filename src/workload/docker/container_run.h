// A started container, followed to its end whatever becomes of the engine meanwhile.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "base/time.h"
#include "platform/clock.h"
#include "workload/docker/container.h"
#include "workload/docker/container_state.h"
#include "workload/docker/container_streams.h"
#include "workload/workload.h"

namespace gpubench::workload {

// Our own times around the start.
struct ContainerStart {
  base::ClockAnchor anchor;
  base::SteadyTime before;
  base::SteadyTime after;
};

// How long is waited for what.
struct RunPatience {
  base::Duration stop_grace;     // from SIGTERM to SIGKILL
  base::Duration reconnect_for;  // a vanished engine is looked for
};

class ContainerRun {
 public:
  // The streams are open. Everything referred to must outlive this.
  ContainerRun(Container& container, OutputRelay& output, ExitWatch& watch, const platform::Clock& clock,
               const ContainerStart& start, const RunPatience& patience);

  // After a pump, or when next_deadline() has come.
  void step();
  // When step() is to be called though no stream has news; at once where a stream that was just opened may have arrived
  // whole while its headers were waited for.
  [[nodiscard]] base::SteadyTime next_deadline() const;
  // Empty: it has not ended, or its output has not.
  [[nodiscard]] std::optional<WorkloadOutcome> outcome() const;
  void hand_on(int signal);
  void stop();  // SIGTERM, and after a while SIGKILL
  void kill();  // SIGKILL
  // The last signal did not reach the engine.
  [[nodiscard]] bool lost_engine() const { return stop_.unsent_signal != nullptr; }

 private:
  struct Running {
    std::optional<base::SteadyTime> output_ended;
    std::optional<base::SteadyTime> exit_seen;
  };
  struct Lost {  // the engine does not answer
    base::SteadyTime since;
    base::SteadyTime next_attempt;
  };
  struct Replaying {  // it has ended; its output is read again from the engine's log
    base::SteadyTime deadline;
  };
  struct Ended {
    WorkloadOutcome outcome;
  };
  // What was asked of it.
  struct StopRequest {
    std::optional<base::SteadyTime> kill_at;     // when SIGTERM's grace is over
    std::optional<base::SteadyTime> give_up_at;  // when SIGKILL should have worked
    const char* unsent_signal = nullptr;         // could not be delivered: the engine was away
    bool was_signalled = false;
  };

  void follow(Running& running);
  void lose(const std::string& why);
  void look_for_engine(Lost& lost);
  void resume(const Lost& lost, const ContainerState& state);
  void begin_replay();
  void follow_replay(const Replaying& replaying);
  void finish(const std::string& trouble);
  void note_end();
  void escalate();
  void send(const char* signal);
  [[nodiscard]] bool may_be_running() const;
  [[nodiscard]] bool has_noted_end() const;

  Container& container_;
  OutputRelay& output_;
  ExitWatch& watch_;
  const platform::Clock& clock_;
  const RunPatience patience_;
  RunBrackets brackets_;
  std::variant<Running, Lost, Replaying, Ended> state_;
  bool may_have_news_ = true;
  StopRequest stop_;
  std::optional<int> exit_code_;
  std::optional<base::Window> away_;  // the engine was, last
  std::string note_;
  std::string log_trouble_;
};

}  // namespace gpubench::workload
