#include "app/live_feed.h"

#include <chrono>
#include <utility>

namespace gpubench::app {
namespace {

constexpr std::size_t kQueuedItems = 256;  // at most 64 KiB of log each
constexpr base::Duration kPatience = std::chrono::seconds(2);

}  // namespace

LiveFeed::LiveFeed(platform::Terminal& terminal, std::vector<meter::GpuDescription> gpus, live::ViewOptions options)
    : terminal_(terminal),
      view_(terminal, std::move(gpus), std::move(options)),
      worker_(kQueuedItems, Worker<Item>::WhenFull::replace_oldest, [this](Item& item) { handle(item); }) {}

void LiveFeed::handle(Item& item) {
  if (const std::size_t dropped = worker_.dropped(); dropped != told_dropped_) {
    view_.show_log("\n[the terminal was too slow: " + std::to_string(dropped - told_dropped_) +
                   " pieces of log or tables not shown; the files have all]\n");
    told_dropped_ = dropped;
  }
  if (const auto* progress = std::get_if<record::Progress>(&item))
    view_.show(*progress);
  else
    view_.show_log(std::get<std::string>(item));
}

void LiveFeed::finish() {
  if (!worker_.drain(kPatience)) terminal_.abandon();
  worker_.finish();
  view_.finish();
}

}  // namespace gpubench::app
