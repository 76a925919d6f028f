// The whole terminal: bars and histories of each GPU, totals, the benchmark's log, keys.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "live/frame_writer.h"
#include "live/view.h"
#include "live/view_state.h"
#include "meter/reading.h"
#include "platform/clock.h"
#include "platform/full_screen.h"
#include "platform/terminal.h"

namespace gpubench::live {

struct FullViewOptions {
  std::string benchmark;
  std::vector<std::size_t> counted;  // positions of the benchmark's GPUs
  std::string notice;                // in the title, e.g. that the figures are a replay; may be empty
  TerminalAbilities abilities;
  std::function<void()> quit;  // the user wants the benchmark to end
};

// Takes the terminal with the first thing there is to show.
class FullView final : public View {
 public:
  FullView(platform::Terminal& terminal, const platform::Clock& clock, std::vector<meter::GpuDescription> gpus,
           FullViewOptions options);
  ~FullView() override;
  void start(base::WallTime time) override;
  void expect(base::Duration length) override;
  void show(const record::Progress& progress) override;
  void show_log(std::string_view bytes) override;
  void type(std::string_view bytes) override;
  void say(const std::string& text) override;
  void finish() override;
  [[nodiscard]] const std::string& last_table() const override { return table_; }

 private:
  void press(Key key);
  void draw_soon();
  void draw_now();

  platform::Terminal& terminal_;
  const platform::Clock& clock_;
  FullViewOptions options_;
  ViewState state_;
  std::optional<ViewState> held_;  // what is shown while the display is paused
  FrameWriter writer_;
  std::optional<platform::FullScreen> screen_;
  platform::TerminalSize size_;
  base::SteadyTime drawn_at_;
  bool is_new_ = true;  // something has not been drawn yet
  bool asked_to_quit_ = false;
  bool has_quit_ = false;  // once: a second signal kills the benchmark
  std::string table_;
};

}  // namespace gpubench::live
