#include "workload/benchmark_name.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <optional>
#include <string_view>

#include "base/text.h"

namespace gpubench::workload {
namespace {

constexpr std::string_view kBetweenCommands = "\n;|&<>()";

// The words of a shell's command line, without their quotes. What separates commands is a word of its own.
class ShellWords {
 public:
  explicit ShellWords(std::string_view line) : line_(line) {}
  // Empty: no more words.
  std::optional<std::string> next() {
    line_.remove_prefix(std::min(line_.find_first_not_of(" \t"), line_.size()));
    if (line_.empty()) return std::nullopt;
    if (kBetweenCommands.find(line_.front()) != std::string_view::npos) return separator();
    std::string word;
    while (!line_.empty() && (" \t" + std::string(kBetweenCommands)).find(line_.front()) == std::string::npos) take_to(word);
    return word;
  }
  static bool is_separator(const std::string& word) { return word.find_first_of(kBetweenCommands) == 0; }

 private:
  std::string separator() {
    const std::size_t length = std::min(line_.find_first_not_of(kBetweenCommands), line_.size());
    std::string word(line_.substr(0, length));
    line_.remove_prefix(length);
    return word;
  }
  // One character, or all that a pair of quotes holds.
  void take_to(std::string& word) {
    const char first = line_.front();
    line_.remove_prefix(1);
    if (first == '\\' && !line_.empty()) {
      word += line_.front();
      line_.remove_prefix(1);
    } else if (first == '"' || first == '\'') {
      const std::size_t end = std::min(line_.find(first), line_.size());
      word += line_.substr(0, end);
      line_.remove_prefix(std::min(end + 1, line_.size()));
    } else {
      word += first;
    }
  }

  std::string_view line_;
};

// NAME=value
bool is_assignment(const std::string& word) {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos || equals == 0 || std::isdigit(static_cast<unsigned char>(word.front())) != 0)
    return false;
  return std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(equals),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

template <std::size_t count>
bool is_among(const std::array<std::string_view, count>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// Programs that run another one, whose name is wanted, and the shell's own words that stand before one.
bool runs_another(std::string_view word) {
  constexpr std::array<std::string_view, 16> kRunners{"time",    "nice",   "env", "exec", "nohup", "command",
                                                      "builtin", "setsid", "if",  "then", "else",  "do",
                                                      "while",   "until",  "!",   "{"};
  constexpr std::string_view kFolder = "/usr/bin/";
  return is_among(kRunners, word.starts_with(kFolder) ? word.substr(kFolder.size()) : word);
}

// Commands of the shell that only prepare what follows.
bool prepares(std::string_view word) {
  constexpr std::array<std::string_view, 20> kPrepare{"cd",     "pushd", "popd",  "export", "declare", "local",  "readonly",
                                                      "set",    "unset", "shopt", "source", ".",       "ulimit", "umask",
                                                      "module", "trap",  "alias", "test",   "[",       "for"};
  return is_among(kPrepare, word);
}

// Their options: "-n 5" and "-u NAME" have a value, others do not.
bool has_value(const std::string& option) {
  return option == "-n" || option == "-u" || option == "-o" || option == "-f";
}

// The first word of the line that names a program that does something; where none does, the script that it sources.
std::string program_of(const std::string& line) {
  ShellWords words(line);
  std::string sourced;
  bool options = false;  // those of a program that runs another
  while (auto word = words.next()) {
    if (ShellWords::is_separator(*word) || is_assignment(*word)) continue;
    if (options && word->front() == '-') {
      if (has_value(*word)) words.next();
      continue;
    }
    options = runs_another(*word);
    if (options) continue;
    if (!prepares(*word)) return *word;
    const bool sources = *word == "source" || *word == ".";
    while ((word = words.next()) && !ShellWords::is_separator(*word))
      if (sources && sourced.empty()) sourced = *word;
  }
  return sourced;
}

// What an interpreter's file ends with says nothing of the benchmark; "model.v2" is another benchmark than "model.v3".
std::string base_name(const std::string& program) {
  constexpr std::array<std::string_view, 7> kScripts{".sh", ".bash", ".py", ".pl", ".jl", ".R", ".lua"};
  const std::filesystem::path name = std::filesystem::path(program).filename();
  const bool script = std::find(kScripts.begin(), kScripts.end(), name.extension().string()) != kScripts.end();
  const std::string base = script ? name.stem().string() : name.string();
  return base.empty() ? "command" : base;
}

}  // namespace

std::string benchmark_name(const WorkloadSpec& spec) {
  if (spec.running) return spec.running->name;
  std::string names;
  for (const BenchmarkSpec& benchmark : spec.benchmarks)
    if (benchmark.image) base::add_item(names, image_label(*benchmark.image), " + ");
  if (!names.empty()) return names;
  const BenchmarkSpec& command = spec.benchmarks.front();
  return command.command_line ? command_name(*command.command_line) : base_name(command.arguments.front());
}

std::string image_label(const std::string& image) {
  if (const std::size_t scheme = image.find("://"); scheme != std::string::npos) return image.substr(scheme + 3);
  constexpr std::array<std::string_view, 6> kEndings{".sif", ".sqfs", ".squashfs", ".tar", ".tar.gz", ".tgz"};
  const auto* const ending =
      std::find_if(kEndings.begin(), kEndings.end(), [&](std::string_view text) { return image.ends_with(text); });
  const bool is_folder = ending == kEndings.end() && (image.starts_with('/') || image.starts_with('.'));
  if (ending == kEndings.end() && !is_folder) return image;
  std::string path = image.substr(0, image.size() - (is_folder ? 0 : ending->size()));
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  const std::size_t name = path.find_last_of("/:");
  return name == std::string::npos ? path : path.substr(name + 1);
}

std::string command_name(const std::string& command_line) {
  return base_name(program_of(command_line));
}

}  // namespace gpubench::workload
