#include "live/log_lines.h"

#include <utility>

namespace gpubench::live {
namespace {

constexpr std::size_t kLongestLine = 4096;

// C0 controls and DEL as "^X". C1 controls arrive as UTF-8 (0xC2 0x80..0x9F) or as lone bytes, which no UTF-8 terminal
// obeys.
void append_visible(std::string& line, char byte) {
  const auto code = static_cast<unsigned char>(byte);
  if (byte == '\t') {
    line += "    ";
  } else if (code < 0x20 || code == 0x7F) {
    line += '^';
    line += static_cast<char>(code ^ 0x40U);
  } else if (code >= 0x80 && code < 0xA0 && !line.empty() && static_cast<unsigned char>(line.back()) == 0xC2) {
    line.back() = '^';
    line += static_cast<char>(code - 0x40);
  } else {
    line += byte;
  }
}

}  // namespace

std::vector<std::string> LogLines::feed(std::string_view bytes) {
  std::vector<std::string> lines;
  for (const char byte : bytes) {
    if (byte == '\n') {
      lines.push_back(std::exchange(current_, {}));
      overwrite_ = false;
      continue;
    }
    put(byte);
    if (current_.size() >= kLongestLine) lines.push_back(std::exchange(current_, {}));
  }
  return lines;
}

void LogLines::put(char byte) {
  if (byte == '\r') {
    overwrite_ = true;
    return;
  }
  if (std::exchange(overwrite_, false)) current_.clear();
  append_visible(current_, byte);
}

std::string LogLines::finish() {
  return std::exchange(current_, {});
}

}  // namespace gpubench::live
