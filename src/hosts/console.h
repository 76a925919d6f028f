// What the hosts print, line by line, so that two of them do not mix.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.h"
#include "platform/terminal.h"

namespace gpubench::hosts {

// Any thread.
class Console {
 public:
  // `names_hosts`: each line says of which it is.
  Console(bool quiet, bool names_hosts) : quiet_(quiet), names_hosts_(names_hosts) {}

  // Whole lines of what runs there.
  void output(const std::string& host, std::string_view line) { print(output_, host, line); }
  void error(const std::string& host, std::string_view line) { print(error_, host, line); }
  // About the connection; not if it is to be quiet.
  void say(const std::string& host, const std::string& text);
  // Says what is wrong and what can be done.
  void complain(const std::string& host, const base::Error& error);

 private:
  void print(platform::Terminal& to, const std::string& host, std::string_view line);

  bool quiet_;
  bool names_hosts_;
  std::mutex mutex_;
  platform::Terminal output_;    // guarded by it
  platform::Terminal error_{2};  // likewise
};

// Bytes as they come, cut into lines with their ends.
class Lines {
 public:
  explicit Lines(std::function<void(std::string_view)> take) : take_(std::move(take)) {}
  void add(std::string_view bytes);
  void flush();  // what has no end yet

 private:
  std::function<void(std::string_view)> take_;
  std::string begun_;
};

}  // namespace gpubench::hosts
