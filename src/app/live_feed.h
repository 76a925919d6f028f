// What the user sees while the benchmark runs, on a thread of its own: a slow or stopped terminal delays nothing else.
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "app/worker.h"
#include "live/view.h"
#include "platform/terminal.h"
#include "record/progress.h"

namespace gpubench::app {

class LiveFeed {
 public:
  LiveFeed(platform::Terminal& terminal, std::vector<meter::GpuDescription> gpus, live::ViewOptions options);
  // Never block; what a stopped terminal cannot take is dropped and counted.
  void show(record::Progress progress) { worker_.post(std::move(progress)); }
  void show_log(std::string bytes) { worker_.post(std::move(bytes)); }
  // Shows what is left, giving a stopped terminal two seconds.
  void finish();
  // Valid after finish(): the last table, for a file.
  [[nodiscard]] const std::string& last_table() const { return view_.last_table(); }

 private:
  using Item = std::variant<record::Progress, std::string>;
  void handle(Item& item);

  platform::Terminal& terminal_;
  live::View view_;
  std::size_t told_dropped_ = 0;
  Worker<Item> worker_;
};

}  // namespace gpubench::app
