#include "cli/names.h"

#include <algorithm>

#include "base/spelling.h"
#include "base/text.h"

namespace gpubench::cli {
namespace {

std::string with_underscores(std::string_view name) {
  std::string result(name);
  std::replace(result.begin(), result.end(), '-', '_');
  return result;
}

std::string quoted(const std::string& name, const NameKind& kind) {
  return kind.prefix.empty() ? "\"" + name + "\"" : std::string(kind.prefix) + name;
}

base::Error ambiguous(const std::string& name, const std::vector<std::string>& matches, const NameKind& kind) {
  std::string list;
  for (const std::string& match : matches) base::add_item(list, hyphenated(std::string(kind.prefix) + match), ", ");
  return {std::string(kind.noun) + " " + quoted(name, kind) + " could be any of several", "write it in full: " + list};
}

base::Error unknown(const std::string& name, const std::vector<std::string>& known, const NameKind& kind) {
  const std::string nearest = base::nearest_word(name, known);
  return {"unknown " + std::string(kind.noun) + " " + quoted(name, kind),
          nearest.empty() ? "see " + std::string(kind.program) + " --help" + std::string(kind.hint)
                          : "did you mean " + hyphenated(std::string(kind.prefix) + nearest) + "?"};
}

}  // namespace

base::Result<std::string> find_name(std::string_view typed, const std::vector<std::string>& known, const NameKind& kind) {
  const std::string name = with_underscores(typed);
  std::vector<std::string> matches;
  for (const std::string& candidate : known) {
    const std::string same_form = with_underscores(candidate);
    if (same_form == name) return candidate;
    if (!name.empty() && same_form.starts_with(name)) matches.push_back(candidate);
  }
  if (matches.size() == 1) return matches.front();
  return base::failure(matches.empty() ? unknown(std::string(typed), known, kind)
                                       : ambiguous(std::string(typed), matches, kind));
}

std::string hyphenated(std::string text) {
  constexpr std::string_view kOfNames = "abcdefghijklmnopqrstuvwxyz0123456789_-";
  for (std::size_t at = text.find("--"); at != std::string::npos; at = text.find("--", at)) {
    const std::size_t end = std::min(text.find_first_not_of(kOfNames, at), text.size());
    const bool begins = at == 0 || std::string_view(" \n\"'(,|").find(text[at - 1]) != std::string_view::npos;
    if (begins)
      std::replace(text.begin() + static_cast<std::ptrdiff_t>(at), text.begin() + static_cast<std::ptrdiff_t>(end), '_',
                   '-');
    at = end;
  }
  return text;
}

}  // namespace gpubench::cli
