// What a shell command prints, and whether a process is still there: for tests that start real servers.
#pragma once

#include <sys/types.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <string>

namespace gpubench::support {

struct CloseCommand {
  void operator()(std::FILE* command) const { ::pclose(command); }
};
using CommandPipe = std::unique_ptr<std::FILE, CloseCommand>;

// The next line, without its end; "" at the end.
inline std::string next_line(const CommandPipe& command) {
  std::string line;
  for (int letter = std::fgetc(command.get()); letter != EOF && letter != '\n'; letter = std::fgetc(command.get())) {
    line += static_cast<char>(letter);
  }
  return line;
}

// All that it prints until it ends.
inline std::string text_of_command(const std::string& command) {
  const CommandPipe pipe(::popen(command.c_str(), "r"));
  std::string text;
  for (int letter = std::fgetc(pipe.get()); letter != EOF; letter = std::fgetc(pipe.get()))
    text += static_cast<char>(letter);
  return text;
}

// The rest of the line that begins with `key`, or "".
inline std::string text_after(const std::string& text, const std::string& key) {
  const std::size_t at = ("\n" + text).find("\n" + key);
  if (at == std::string::npos) return "";
  const std::size_t begin = at + key.size();
  return text.substr(begin, text.find('\n', begin) - begin);
}

// False for a zombie, too: a container's first process may not collect the dead.
inline bool is_alive(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("State:", 0) == 0) return line.find('Z') == std::string::npos;
  }
  return false;
}

}  // namespace gpubench::support
