#include "workload/docker/container_run.h"

#include <algorithm>
#include <utility>

#include "base/signal_name.h"
#include "base/text.h"

namespace gpubench::workload {
namespace {

using namespace std::chrono_literals;

constexpr auto kOutputAfterExit = 10s;  // how long output may still arrive after the exit was reported
constexpr auto kOrderlyEnd = 2s;        // output that ends this long before the exit may be incomplete
constexpr auto kReconnectEvery = 500ms;
constexpr auto kInspectLimit = 2s;      // while waiting for the engine; limits how late a signal is noticed
constexpr auto kReplayLimit = 2min;     // to read the log again
constexpr auto kKillLimit = 30s;        // from SIGKILL to the end, before it is given up
constexpr auto kUnsentKillLimit = 5s;   // where the engine did not take the signal
constexpr auto kUnsentTwiceLimit = 1s;  // nor the one before

}  // namespace

ContainerRun::ContainerRun(Container& container, OutputRelay& output, ExitWatch& watch, const platform::Clock& clock,
                           const ContainerStart& start, const RunPatience& patience)
    : container_(container),
      output_(output),
      watch_(watch),
      clock_(clock),
      patience_(patience),
      brackets_{start.before, start.after, {}, start.anchor, {}} {}

std::optional<WorkloadOutcome> ContainerRun::outcome() const {
  const auto* const ended = std::get_if<Ended>(&state_);
  return ended != nullptr ? std::optional(ended->outcome) : std::nullopt;
}

bool ContainerRun::may_be_running() const {
  return std::holds_alternative<Running>(state_) || std::holds_alternative<Lost>(state_);
}

base::SteadyTime ContainerRun::next_deadline() const {
  if (may_have_news_) return base::SteadyTime::min();
  base::SteadyTime next = base::SteadyTime::max();
  if (const auto* const running = std::get_if<Running>(&state_); running != nullptr && running->exit_seen)
    next = *running->exit_seen + kOutputAfterExit;
  if (const auto* const lost = std::get_if<Lost>(&state_)) next = lost->next_attempt;
  if (const auto* const replaying = std::get_if<Replaying>(&state_)) next = replaying->deadline;
  if (!may_be_running()) return next;
  if (stop_.kill_at) next = std::min(next, *stop_.kill_at);
  if (stop_.give_up_at) next = std::min(next, *stop_.give_up_at);
  return next;
}

void ContainerRun::step() {
  const std::size_t before = state_.index();
  if (auto* const running = std::get_if<Running>(&state_)) follow(*running);
  if (auto* const lost = std::get_if<Lost>(&state_)) look_for_engine(*lost);
  if (const auto* const replaying = std::get_if<Replaying>(&state_)) follow_replay(*replaying);
  escalate();
  may_have_news_ = state_.index() != before;
}

// Has it ended?
void ContainerRun::follow(Running& running) {
  const base::SteadyTime now = clock_.now();
  if (output_.ended() && !running.output_ended) running.output_ended = now;
  if (!watch_.ended()) return;
  if (!running.exit_seen) {
    exit_code_ = watch_.exit_code();
    base::add_item(note_, watch_.engine_error());
    if (!exit_code_) {
      lose("the connection to the engine was lost for a while");
      return;
    }
    running.exit_seen = now;
    note_end();
  }
  const bool late = now - *running.exit_seen >= kOutputAfterExit;
  if (!running.output_ended && !late) return;
  const bool broke_off = late || !output_.trouble().empty() || !output_.log_was_complete() ||
                         *running.exit_seen - *running.output_ended > kOrderlyEnd;
  if (broke_off) {
    begin_replay();
  } else {
    finish("");
  }
}

void ContainerRun::lose(const std::string& why) {
  base::add_item(note_, note_.find(why) == std::string::npos ? why : "");
  watch_.close();
  output_.close();
  const base::SteadyTime now = clock_.now();
  state_ = Lost{now, now};
}

// Is it back?
void ContainerRun::look_for_engine(Lost& lost) {
  if (clock_.now() < lost.next_attempt) return;
  const auto state = container_.inspect(kInspectLimit);
  const base::SteadyTime now = clock_.now();
  lost.next_attempt = now + kReconnectEvery;
  if (state && !*state) {
    finish("the container was removed by someone else");
    return;
  }
  const bool usable = state && ((*state)->running || (*state)->exit_code);
  if (usable) {
    resume(lost, **state);
    return;
  }
  if (now - lost.since >= patience_.reconnect_for) {
    const std::string words = state ? ". The engine now reports the container as \"" + (*state)->status + "\""
                                    : " and did not come back: " + state.error().message;
    finish("the connection to the engine was lost" + words);
  }
}

void ContainerRun::resume(const Lost& lost, const ContainerState& state) {
  note_end();
  away_ = {lost.since, brackets_.end_seen};
  if (!state.running) {
    exit_code_ = state.exit_code;
    begin_replay();
    return;
  }
  // It runs on: its output so far and to come is read from the log, its end is waited for again.
  if (!watch_.open(container_.id(), ExitWatch::Which::any) || !output_.replay(container_.id())) return;  // tried again later
  state_ = Running{};
  if (stop_.unsent_signal != nullptr) send(stop_.unsent_signal);
}

void ContainerRun::begin_replay() {
  state_ = Replaying{clock_.now() + kReplayLimit};
  const std::string before = output_.trouble();
  if (auto replay = output_.replay(container_.id()); !replay) {
    log_trouble_ = "output may be missing from the log" + (before.empty() ? "" : " (" + before + ")") +
                   ", and it could not be read again: " + replay.error().message;
    finish(log_trouble_);
  }
}

void ContainerRun::follow_replay(const Replaying& replaying) {
  const bool ended = output_.ended();
  if (!ended && clock_.now() < replaying.deadline) return;
  std::string trouble = output_.trouble();
  if (!ended) trouble = "the engine stopped sending it";
  if (trouble.empty() && !output_.log_was_complete()) trouble = "the engine no longer has its beginning";
  if (!trouble.empty()) log_trouble_ = "output may be missing from the log: " + trouble;
  finish(log_trouble_);
}

void ContainerRun::note_end() {
  brackets_.end_seen = clock_.now();
  brackets_.at_end = clock_.anchor();
}

bool ContainerRun::has_noted_end() const {
  const auto* const running = std::get_if<Running>(&state_);
  return std::holds_alternative<Replaying>(state_) || (running != nullptr && running->exit_seen);
}

void ContainerRun::finish(const std::string& trouble) {
  base::add_item(note_, trouble);
  if (!has_noted_end()) note_end();
  WorkloadOutcome outcome;
  ContainerState state;
  if (const auto inspected = container_.inspect(kInspectLimit); inspected && *inspected) state = **inspected;
  base::add_item(note_, state.error);
  // The engine has what was written during its absence only if it came back before the end.
  if (away_ && state.finished && brackets_.at_end.to_steady(*state.finished) < away_->end) {
    base::add_item(note_, "the log may lack what was written meanwhile");
    base::add_item(log_trouble_, "the log may lack what was written while the engine was away");
  }
  outcome.ran = real_window(state, brackets_);
  outcome.exit_code = exit_code_;
  outcome.out_of_memory = state.out_of_memory;
  outcome.stopped_by_us = stop_.was_signalled;
  outcome.note = note_;
  outcome.log_trouble = log_trouble_;
  output_.close();
  watch_.close();
  state_ = Ended{std::move(outcome)};
}

// Where the engine is away it is lost, as no later moment is the right one.
void ContainerRun::hand_on(int signal) {
  if (may_be_running()) static_cast<void>(container_.signal(base::signal_name(signal).c_str()));
}

void ContainerRun::stop() {
  if (!may_be_running()) return;
  if (stop_.kill_at || stop_.give_up_at) return;  // asked already
  stop_.kill_at = clock_.now() + patience_.stop_grace;
  send("SIGTERM");
}

void ContainerRun::kill() {
  if (!may_be_running()) return;
  stop_.kill_at.reset();
  const bool was_unsent = stop_.unsent_signal != nullptr;
  send("SIGKILL");
  const base::Duration unsent_limit = was_unsent ? kUnsentTwiceLimit : kUnsentKillLimit;
  stop_.give_up_at = clock_.now() + (stop_.unsent_signal != nullptr ? unsent_limit : base::Duration(kKillLimit));
}

void ContainerRun::send(const char* signal) {
  const Container::Signalled result = container_.signal(signal);
  stop_.was_signalled = stop_.was_signalled || result == Container::Signalled::sent;
  stop_.unsent_signal = result == Container::Signalled::engine_lost ? signal : nullptr;
}

void ContainerRun::escalate() {
  if (!may_be_running()) return;
  const base::SteadyTime now = clock_.now();
  if (stop_.kill_at && now >= *stop_.kill_at) {
    kill();
  } else if (stop_.give_up_at && now >= *stop_.give_up_at) {
    stop_.give_up_at.reset();
    finish(stop_.unsent_signal != nullptr ? "the engine did not answer when the container was to be killed"
                                          : "the engine did not end the container within " +
                                                std::to_string(std::chrono::seconds(kKillLimit).count()) + " s of SIGKILL");
  }
}

}  // namespace gpubench::workload
