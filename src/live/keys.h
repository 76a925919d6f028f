// Keys, from the bytes that a terminal sends.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace gpubench::live {

enum class Key : std::uint8_t {
  quit,
  yes,
  pause,
  pane,
  help,
  redraw,
  up,
  down,
  left,
  right,
  page_up,
  page_down,
  first,
  last,
  escape,
  other
};

// Bytes of one read; of an escape sequence that is cut, the part that came is used.
std::vector<Key> keys_of(std::string_view bytes);

}  // namespace gpubench::live
