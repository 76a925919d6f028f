#include "live/keys.h"

#include <algorithm>
#include <array>
#include <utility>

namespace gpubench::live {
namespace {

// As xterm, screen, tmux, rxvt and the Linux console send them.
constexpr std::array<std::pair<std::string_view, Key>, 20> kSequences{{
    {"\033[A", Key::up},       {"\033OA", Key::up},         {"\033[B", Key::down},  {"\033OB", Key::down},
    {"\033[C", Key::right},    {"\033OC", Key::right},      {"\033[D", Key::left},  {"\033OD", Key::left},
    {"\033[5~", Key::page_up}, {"\033[6~", Key::page_down}, {"\033[H", Key::first}, {"\033OH", Key::first},
    {"\033[1~", Key::first},   {"\033[7~", Key::first},     {"\033[F", Key::last},  {"\033OF", Key::last},
    {"\033[4~", Key::last},    {"\033[8~", Key::last},      {"\033[Z", Key::pane},  {"\033\033", Key::escape},
}};

Key single(char byte) {
  switch (byte) {
    case 'q':
    case 'Q':
      return Key::quit;
    case 'y':
    case 'Y':
      return Key::yes;
    case 'p':
    case 'P':
    case ' ':
      return Key::pause;
    case '\t':
      return Key::pane;
    case 'h':
    case '?':
      return Key::help;
    case 'k':
      return Key::up;
    case 'j':
      return Key::down;
    case 'g':
      return Key::first;
    case 'G':
      return Key::last;
    case '\f':
      return Key::redraw;
    default:
      return Key::other;
  }
}

// An unknown sequence is dropped whole: its letters are not keys.
std::size_t unknown_length(std::string_view bytes) {
  if (bytes.size() < 2) return 1;
  if (bytes[1] != '[' && bytes[1] != 'O') return 2;
  const auto* const end = std::find_if(bytes.begin() + 2, bytes.end(), [](char c) { return c >= '@' && c <= '~'; });
  return static_cast<std::size_t>(end - bytes.begin()) + (end == bytes.end() ? 0 : 1);
}

}  // namespace

std::vector<Key> keys_of(std::string_view bytes) {
  std::vector<Key> keys;
  while (!bytes.empty()) {
    if (bytes.front() != '\033') {
      keys.push_back(single(bytes.front()));
      bytes.remove_prefix(1);
      continue;
    }
    const auto* const known = std::find_if(kSequences.begin(), kSequences.end(),
                                           [&](const auto& sequence) { return bytes.starts_with(sequence.first); });
    if (known != kSequences.end()) {
      keys.push_back(known->second);
      bytes.remove_prefix(known->first.size());
      continue;
    }
    const std::size_t length = unknown_length(bytes);
    keys.push_back(length == 1 ? Key::escape : Key::other);
    bytes.remove_prefix(length);
  }
  return keys;
}

}  // namespace gpubench::live
