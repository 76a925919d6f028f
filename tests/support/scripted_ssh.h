// A stand-in for ssh: the command runs on this machine, in a session and a home folder of its own, as sshd would start it.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace gpubench::support {

class ScriptedSsh {
 public:
  ScriptedSsh() {
    std::string made = (std::filesystem::temp_directory_path() / "gpubench-ssh-XXXXXX").string();
    folder_ = mkdtemp(made.data());
    std::filesystem::create_directory(home());
    write_program(program(),
                  "for word in \"$@\"; do printf '%s\\n' \"$word\"; done >>words\n"
                  "[ -e refuse ] && { cat refuse >&2; exit 255; }\n"
                  "for command in \"$@\"; do :; done\n"
                  "cat noise 2>/dev/null && cat noise >&2\n"
                  "export HOME=\"$PWD/home\"\n"
                  "unset XDG_CACHE_HOME\n"
                  "start() { exec setsid -w env PATH=\"$(cat path 2>/dev/null || echo \"$PATH\")\" \"$(cat shell "
                  "2>/dev/null || echo sh)\" -c \"$command\"; }\n"
                  "if mv cut cut.done 2>/dev/null; then\n"
                  "  (start) | head -c \"$(cat cut.done)\"\n"
                  "  exit 255\n"
                  "fi\n"
                  "start\n");
  }
  ~ScriptedSsh() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  ScriptedSsh(const ScriptedSsh&) = delete;
  ScriptedSsh& operator=(const ScriptedSsh&) = delete;

  [[nodiscard]] std::filesystem::path folder() const { return folder_; }
  [[nodiscard]] std::string program() const { return (folder_ / "ssh").string(); }
  [[nodiscard]] std::filesystem::path home() const { return folder_ / "home"; }

  // What a login prints before each command.
  void print_at_login(const std::string& text) const { write("noise", text); }
  // Each connection ends with this on standard error. Empty: no longer.
  void refuse(const std::string& why) const {
    if (why.empty())
      std::filesystem::remove(folder_ / "refuse");
    else
      write("refuse", why);
  }
  // The next connection is cut after so many bytes.
  void cut_after(int bytes) const { write("cut", std::to_string(bytes)); }
  // The login shell, and where programs are looked for.
  void log_in_with(const std::string& shell) const { write("shell", shell); }
  void look_in(const std::filesystem::path& programs) const { write("path", programs.string()); }
  // All words that it was started with, a line each.
  [[nodiscard]] std::string words() const {
    std::ifstream file(folder_ / "words");
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }
  // A shell script that can be started; its folder is the stand-in's.
  void write_program(const std::filesystem::path& path, const std::string& script) const {
    std::ofstream(path) << "#!/bin/sh\ncd '" << folder_.string() << "'\n" << script;
    chmod(path.c_str(), 0755);
  }

 private:
  void write(const char* name, const std::string& text) const { std::ofstream(folder_ / name) << text; }

  std::filesystem::path folder_;
};

}  // namespace gpubench::support
