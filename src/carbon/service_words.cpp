#include "carbon/service_words.h"

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"

namespace gpubench::carbon {
namespace {

using WordsJson = nlohmann::json;

constexpr std::size_t kLongestWords = 160;

// {"error":{"message":"..."}}, {"message":"..."}, {"error":"..."}, {"detail":"..."} and the like; else all of it.
std::string words_in(const WordsJson& answer, std::string_view body) {
  if (!answer.is_object()) return std::string(answer.is_discarded() ? body : std::string_view());
  for (const char* name : {"message", "error", "detail", "title", "description"}) {
    const auto found = answer.find(name);
    if (found == answer.end()) continue;
    if (found->is_string()) return found->get<std::string>();
    if (found->is_object()) return words_in(*found, {});
  }
  return {};
}

std::string fit_to_show(std::string text, std::string_view secret) {
  for (std::size_t at = 0; !secret.empty() && (at = text.find(secret, at)) != std::string::npos;)
    text.replace(at, secret.size(), "...");
  return base::excerpt(base::trimmed(text), kLongestWords);
}

}  // namespace

std::string service_words(const RefusedRequest& request) {
  const std::string status = "HTTP " + std::to_string(request.status);
  if (request.status >= 300 && request.status < 400 && !request.location.empty())
    return status + ", a redirect to " + fit_to_show(std::string(request.location), request.secret) + ", is not followed";
  const WordsJson answer = base::parse_json(request.body);
  const std::string words = fit_to_show(words_in(answer, request.body), request.secret);
  return words.empty() ? status : status + ": " + words;
}

}  // namespace gpubench::carbon
