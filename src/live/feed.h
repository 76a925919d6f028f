// What the user sees while the benchmark runs, on a thread of its own: a slow or stopped terminal delays nothing else.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "base/time.h"
#include "live/view.h"
#include "live/worker.h"
#include "platform/keyboard.h"
#include "platform/terminal.h"
#include "record/progress.h"

namespace gpubench::live {

class Feed {
 public:
  // A view that has keys gets those typed in the terminal.
  Feed(platform::Terminal& terminal, std::unique_ptr<View> view, bool has_keys);
  // None blocks; what a stopped terminal cannot take is dropped and counted.
  void start(base::WallTime time) { worker_.post(time); }
  void expect(base::Duration length) { worker_.post(length); }
  void show(record::Progress progress) { worker_.post(std::move(progress)); }
  void show_log(std::string bytes) { worker_.post(LogPiece{std::move(bytes)}); }
  // A message of the tool's own: on the screen where the view has all of it (and on standard error at the end), else on
  // standard error at once.
  void say(const std::string& line);
  // Shows what is left, giving a stopped terminal two seconds, and restores the terminal.
  void finish();
  // Valid after finish(): the last table, for a file.
  [[nodiscard]] const std::string& last_table() const { return view_->last_table(); }

 private:
  struct LogPiece {
    std::string bytes;
  };
  struct Typed {
    std::string bytes;
  };
  struct Said {
    std::string line;
  };
  using Item = std::variant<base::WallTime, base::Duration, record::Progress, LogPiece, Typed, Said>;
  void handle(Item& item);
  void tell_dropped();
  void post_typed(std::string bytes);

  platform::Terminal& terminal_;
  std::unique_ptr<View> view_;
  bool has_keys_;
  std::string said_;  // to be repeated at the end; the caller's thread
  std::size_t told_dropped_ = 0;
  std::atomic<bool> tick_waits_ = false;  // one at a time: a stopped terminal's queue is not for ticks
  Worker<Item> worker_;
  std::unique_ptr<platform::Keyboard> keyboard_;  // last: it posts to the worker
};

}  // namespace gpubench::live
