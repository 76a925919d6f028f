// What is typed, byte by byte, on a thread of its own.
#pragma once

#include <functional>
#include <string>
#include <thread>

namespace gpubench::platform {

// `typed` gets what has come, on the keyboard's thread; an empty string four times a second, so that a terminal's new size
// is seen soon. Must not block.
class Keyboard {
 public:
  Keyboard(int fd, std::function<void(std::string)> typed);
  ~Keyboard();  // ends the thread
  Keyboard(const Keyboard&) = delete;
  Keyboard& operator=(const Keyboard&) = delete;

 private:
  void run();

  int fd_;
  int stop_fd_;
  std::function<void(std::string)> typed_;
  std::thread thread_;
};

}  // namespace gpubench::platform
