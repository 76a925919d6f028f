#include "live/feed.h"

#include <chrono>
#include <iostream>
#include <utility>

namespace gpubench::live {
namespace {

constexpr std::size_t kQueuedItems = 256;  // at most 64 KiB of log each
constexpr base::Duration kLastFrameWithin = std::chrono::seconds(2);

template <class... Actions>
struct Cases : Actions... {
  using Actions::operator()...;
};

}  // namespace

Feed::Feed(platform::Terminal& terminal, std::unique_ptr<View> view, bool has_keys)
    : terminal_(terminal),
      view_(std::move(view)),
      has_keys_(has_keys),
      worker_("live view", kQueuedItems, [this](Item& item) { handle(item); }) {
  if (has_keys_)
    keyboard_ =
        std::make_unique<platform::Keyboard>(terminal_.fd(), [this](std::string bytes) { post_typed(std::move(bytes)); });
}

void Feed::post_typed(std::string bytes) {
  if (bytes.empty() && tick_waits_.exchange(true)) return;
  worker_.post(Typed{std::move(bytes)});
}

void Feed::tell_dropped() {
  const std::size_t dropped = worker_.dropped();
  if (dropped == told_dropped_) return;
  view_->show_log("\n[the terminal was too slow: " + std::to_string(dropped - told_dropped_) +
                  " pieces of log or tables are not shown; the files have everything]\n");
  told_dropped_ = dropped;
  tick_waits_ = false;  // it may be among them
}

void Feed::handle(Item& item) {
  tell_dropped();
  std::visit(
      Cases{[this](base::WallTime time) { view_->start(time); }, [this](base::Duration length) { view_->expect(length); },
            [this](const record::Progress& progress) { view_->show(progress); },
            [this](const LogPiece& piece) { view_->show_log(piece.bytes); },
            [this](const Typed& typed) {
              if (typed.bytes.empty()) tick_waits_ = false;
              view_->type(typed.bytes);
            },
            [this](const Said& said) { view_->say(said.line); }},
      item);
}

void Feed::say(const std::string& line) {
  if (!has_keys_) {
    std::cerr << line << "\n";
    return;
  }
  said_ += line + "\n";
  worker_.post(Said{line});
}

void Feed::finish() {
  keyboard_.reset();
  if (!worker_.drain(kLastFrameWithin)) terminal_.abandon();
  worker_.finish();
  view_->finish();
  std::cerr << std::exchange(said_, {});
}

}  // namespace gpubench::live
