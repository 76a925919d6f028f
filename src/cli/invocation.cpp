#include "cli/invocation.h"

#include <algorithm>
#include <string_view>

namespace gpubench::cli {
namespace {

constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+=.,/:@%";

// "NAME=VALUE" -> "NAME=..."
std::string without_value(const std::string& assignment) {
  const std::size_t equals = assignment.find('=');
  return equals == std::string::npos ? assignment : assignment.substr(0, equals + 1) + "...";
}

}  // namespace

std::string shell_quoted(const std::string& argument) {
  if (!argument.empty() && argument.find_first_not_of(kPlain) == std::string::npos) return argument;
  std::string text = "'";
  for (const char c : argument) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

std::string invocation_text(const std::vector<std::string>& own, const std::vector<std::string>& arguments,
                            const std::vector<std::string>& secrets) {
  std::string text = "iris-gpubench";
  for (std::size_t i = 0; i < own.size(); ++i) {
    const bool secret = i > 0 && std::find(secrets.begin(), secrets.end(), own[i - 1]) != secrets.end();
    text += " " + shell_quoted(secret ? without_value(own[i]) : own[i]);
  }
  if (!arguments.empty()) text += " --";
  for (const std::string& argument : arguments) text += " " + shell_quoted(argument);
  return text;
}

base::Result<std::vector<std::string>> parse_invocation(std::string_view text) {
  std::vector<std::string> words;
  bool in_word = false;
  bool quoting = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (!quoting && c == ' ') {
      in_word = false;
      continue;
    }
    if (!in_word) words.emplace_back();
    in_word = true;
    if (c == '\'') {
      quoting = !quoting;
    } else if (!quoting && c == '\\' && i + 1 < text.size()) {
      words.back() += text[++i];
    } else {
      words.back() += c;
    }
  }
  if (quoting || words.size() < 2) return base::failure("the run's command line is not known");
  for (std::size_t i = 1; i < words.size() && words[i] != "--"; ++i)
    if (words[i - 1].starts_with("--") && words[i].ends_with("=..."))
      return base::failure("the values of " + words[i - 1] + " are not kept in a run's command line");
  words.erase(words.begin());
  return words;
}

}  // namespace gpubench::cli
