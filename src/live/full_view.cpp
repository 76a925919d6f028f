#include "live/full_view.h"

#include <chrono>
#include <utility>

#include "live/carbon_line.h"
#include "live/gpu_table.h"
#include "live/layout.h"

namespace gpubench::live {
namespace {

// A log that floods is drawn four times a second, a quiet run once, for its clock.
constexpr base::Duration kShortest = std::chrono::milliseconds(240);
constexpr base::Duration kLongest = std::chrono::milliseconds(990);

}  // namespace

FullView::FullView(platform::Terminal& terminal, const platform::Clock& clock, std::vector<meter::GpuDescription> gpus,
                   FullViewOptions options)
    : terminal_(terminal),
      clock_(clock),
      options_(std::move(options)),
      state_(std::move(gpus), options_.counted, options_.benchmark, options_.notice),
      writer_(options_.abilities) {}

FullView::~FullView() = default;

void FullView::start(base::WallTime time) {
  state_.start(time);
  draw_now();
}

void FullView::expect(base::Duration length) {
  state_.expect(length);
}

void FullView::show(const record::Progress& progress) {
  state_.take(progress);
  draw_now();
}

void FullView::show_log(std::string_view bytes) {
  state_.take_log(bytes, clock_.wall_now());
  is_new_ = true;
  draw_soon();
}

void FullView::say(const std::string& text) {
  state_.say(text);
  draw_now();
}

void FullView::type(std::string_view bytes) {
  for (const Key key : keys_of(bytes)) press(key);
  if (!bytes.empty() && screen_) draw_now();
  if (screen_) draw_soon();
}

void FullView::press(Key key) {
  if (key == Key::redraw) writer_.forget();
  const bool stops = asked_to_quit_ || (has_quit_ && !state_.shows_help());
  if ((key == Key::quit || key == Key::yes) && stops) {
    (held_ ? *held_ : state_).say("stopping the benchmark; Ctrl-C kills it");
    if (!has_quit_) options_.quit();
    has_quit_ = true;
    return;
  }
  const bool quits = key == Key::quit && !state_.shows_help();
  // While the display is paused, keys move both the shown and the current state.
  if (held_) held_->press(key, log_page(*held_, size_));
  state_.press(key, log_page(state_, size_));
  if (!held_ && state_.is_paused()) held_ = state_;
  if (!state_.is_paused()) held_.reset();
  asked_to_quit_ = quits;
  if (quits) (held_ ? *held_ : state_).say("q or y stops the benchmark and reports what was measured; other keys continue");
}

void FullView::draw_soon() {
  const base::Duration since = clock_.now() - drawn_at_;
  const bool resized = screen_ && terminal_.size() != size_;
  if (resized || since >= kLongest || (is_new_ && since >= kShortest)) draw_now();
}

void FullView::draw_now() {
  if (!screen_) screen_.emplace(terminal_);
  size_ = terminal_.size();
  is_new_ = false;
  drawn_at_ = clock_.now();
  terminal_.write(writer_.frame(draw(held_ ? *held_ : state_, size_, clock_.wall_now(), options_.abilities.utf8)));
}

void FullView::finish() {
  screen_.reset();
  constexpr int kUnbounded = 100000;
  std::vector<meter::GpuDescription> gpus;
  for (const GpuState& gpu : state_.gpus()) gpus.push_back(gpu.gpu);
  if (state_.latest())
    table_ = (options_.notice.empty() ? "" : options_.notice + "\n") +
             current_metrics_table(gpus, *state_.latest(), kUnbounded) + carbon_line(*state_.latest());
}

}  // namespace gpubench::live
