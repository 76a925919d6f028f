#include "hosts/console.h"

#include "base/text.h"

namespace gpubench::hosts {
namespace {

// "HOST: ..." unless the text names it anyway.
std::string about(const std::string& host, const std::string& text) {
  return "iris-gpubench: " + (text.find(host) == std::string::npos ? host + ": " : "") + text + "\n";
}

}  // namespace

void Console::print(platform::Terminal& to, const std::string& host, std::string_view line) {
  std::string text = names_hosts_ ? host + ": " : "";
  text += to.is_terminal() ? base::one_line(line.substr(0, line.find('\n'))) + "\n" : std::string(line);
  const std::lock_guard<std::mutex> lock(mutex_);
  to.write(text);
}

void Console::say(const std::string& host, const std::string& text) {
  if (quiet_) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  error_.write(about(host, text));
}

void Console::complain(const std::string& host, const base::Error& error) {
  const std::string remedy = error.remedy.empty() ? "" : "  " + error.remedy + "\n";
  const std::lock_guard<std::mutex> lock(mutex_);
  error_.write(about(host, error.message) + remedy);
}

void Lines::add(std::string_view bytes) {
  begun_ += bytes;
  std::size_t begin = 0;
  for (std::size_t end = begun_.find('\n'); end != std::string::npos; end = begun_.find('\n', begin)) {
    take_(std::string_view(begun_).substr(begin, end + 1 - begin));
    begin = end + 1;
  }
  begun_.erase(0, begin);
}

void Lines::flush() {
  if (!begun_.empty()) take_(begun_ + "\n");
  begun_.clear();
}

}  // namespace gpubench::hosts
