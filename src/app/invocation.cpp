#include "app/invocation.h"

#include <algorithm>
#include <string_view>

namespace gpubench::app {
namespace {

constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+=.,/:@%";

std::string quoted(const std::string& argument) {
  if (!argument.empty() && argument.find_first_not_of(kPlain) == std::string::npos) return argument;
  std::string text = "'";
  for (const char c : argument) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

// "NAME=VALUE" -> "NAME=..."
std::string without_value(const std::string& assignment) {
  const std::size_t equals = assignment.find('=');
  return equals == std::string::npos ? assignment : assignment.substr(0, equals + 1) + "...";
}

}  // namespace

std::string invocation_text(const std::vector<std::string>& own, const std::vector<std::string>& arguments) {
  std::string text = "iris-gpubench";
  for (std::size_t i = 0; i < own.size(); ++i) {
    const bool secret = i > 0 && own[i - 1] == "--env";
    text += " " + quoted(secret ? without_value(own[i]) : own[i]);
  }
  if (!arguments.empty()) text += " --";
  for (const std::string& argument : arguments) text += " " + quoted(argument);
  return text;
}

}  // namespace gpubench::app
