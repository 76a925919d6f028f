// Whatever comes through a launcher's streams: only what is a whole line is taken, and it reads back.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "agents/hostlist.h"
#include "agents/line.h"
#include "agents/messages.h"
#include "agents/slurm.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name for it
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gpubench::agents;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const Way way : {Way::to_agents, Way::to_head}) {
    LineReader reader(way);
    reader.take(text);
    while (const auto line = reader.next())
      if (written(way, *line).size() > kLongestLine + 1) std::abort();
  }
  if (const auto order = parse_order(text); order && !parse_order(text_of(*order))) std::abort();
  if (const auto pong = parse_pong(text); pong && !parse_pong(text_of(*pong))) std::abort();
  static_cast<void>(nodes_in(text));
  static_cast<void>(gpus_by_node(text));
  static_cast<void>(steps_in(text));
  static_cast<void>(says_lost(text));
  return 0;
}
