#include "workload/apptainer/engine_words.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"

namespace gpubench::workload {
namespace {

constexpr std::size_t kMostWords = std::size_t{64} << 10;

// Apptainer ends with 255 if it cannot start the program, with 1 if its privileged part cannot; Charliecloud with 1.
constexpr int kApptainerFailed = 255;
constexpr int kOthersFailed = 1;

// "\x1b[91mERROR  : ...": its privileged part colours its words also where there is no terminal.
std::string without_colours(std::string_view words) {
  std::string plain;
  while (!words.empty()) {
    const std::size_t escape = std::min(words.find("\x1b["), words.size());
    plain += words.substr(0, escape);
    words.remove_prefix(escape);
    if (words.empty()) break;
    words.remove_prefix(std::min(words.find('m') == std::string_view::npos ? 2 : words.find('m') + 1, words.size()));
  }
  return plain;
}

bool is_news(std::string_view line) {
  constexpr std::array<std::string_view, 4> kNews{"INFO:    ", "WARNING: ", "VERBOSE: ", "DEBUG   "};
  return std::any_of(kNews.begin(), kNews.end(), [&](std::string_view level) { return line.starts_with(level); });
}

// The text after the engine's mark of a failure; empty: it is none.
std::string_view failure_in(std::string_view line) {
  constexpr std::array<std::string_view, 3> kFailures{"FATAL:   ", "ERROR  : ", "ERROR:   "};
  for (const std::string_view level : kFailures)
    if (line.starts_with(level)) return line.substr(level.size());
  constexpr std::string_view kChRun = "ch-run[";
  constexpr std::string_view kError = "]: error: ";
  const std::size_t at = line.starts_with(kChRun) ? line.find(kError) : std::string_view::npos;
  return at == std::string_view::npos ? std::string_view() : line.substr(at + kError.size());
}

// Programs that log with glog, zap and others write "FATAL: ", too. The starter's "ERROR  : " and Charliecloud's form are
// not theirs, nor are these reasons.
bool is_certain(std::string_view line, std::string_view reason) {
  constexpr std::array<std::string_view, 7> kReasons{"container creation failed",
                                                     "executable file not found",
                                                     "could not open image",
                                                     "while executing starter",
                                                     "exec format error",
                                                     "squashfuse",
                                                     "user namespace"};
  if (!line.starts_with("FATAL") && !line.starts_with("ERROR:")) return true;
  if (reason.starts_with("stat /") || reason == "permission denied") return true;
  return std::any_of(kReasons.begin(), kReasons.end(),
                     [&](std::string_view known) { return reason.find(known) != std::string_view::npos; });
}

std::vector<std::string> lines_of(std::string_view words) {
  const std::string plain = without_colours(words);
  std::vector<std::string> lines;
  for (std::string_view rest = plain; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    if (end > 0) lines.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return lines;
}

}  // namespace

std::optional<EngineFailure> engine_failure(std::string_view words) {
  std::optional<EngineFailure> failure;
  for (const std::string& line : lines_of(words)) {
    const std::string_view reason = failure_in(line);
    if (!reason.empty() && is_certain(line, reason)) return EngineFailure{std::string(reason), true};
    if (reason.empty() && !is_news(line)) return std::nullopt;
    if (!reason.empty() && !failure) failure = EngineFailure{std::string(reason), false};
  }
  return failure;
}

std::string engine_reason(std::string_view words) {
  const std::vector<std::string> lines = lines_of(words);
  for (const std::string& line : lines)
    if (const std::string_view reason = failure_in(line); !reason.empty()) return std::string(reason);
  return lines.empty() ? "it said nothing" : lines.back();
}

std::string engine_remedy(std::string_view reason) {
  const auto says = [&](const char* part) { return reason.find(part) != std::string_view::npos; };
  if (says("executable file not found") || says("execve"))
    return "correct the program's name; it is looked for in the image's PATH";
  if (says("/dev/fuse") || says("squashfuse"))
    return "run the image as a folder: apptainer build --sandbox FOLDER IMAGE, then --benchmark-image ./FOLDER";
  if (says("user namespace") || says("userns")) return "ask for user namespaces, or for Apptainer's setuid installation";
  if (says("mkdir") || says("mount")) return "check --volume and --mount: both sides must exist";
  return "check that the image runs by itself";
}

void EngineWords::write(LogStream stream, std::string_view bytes) {
  if (stream == LogStream::out && !bytes.empty()) has_output_ = true;
  if (stream == LogStream::err && words_.size() < kMostWords) words_ += bytes.substr(0, kMostWords - words_.size());
  log_.write(stream, bytes);
}

std::optional<EngineFailure> EngineWords::failure(int exit_code) const {
  if (has_output_ || (exit_code != kApptainerFailed && exit_code != kOthersFailed)) return std::nullopt;
  return engine_failure(words_);
}

}  // namespace gpubench::workload
