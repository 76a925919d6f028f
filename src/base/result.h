// External failures are return values: Result carries either the value or an Error that names the cause and,
// where there is one, the remedy.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace gpubench::base {

struct Error {
  std::string message;  // what failed and why, one line
  std::string remedy;   // what the user can do about it; may be empty

  // The same error, seen from one level up: "could not start the container: <message>".
  [[nodiscard]] Error with_context(const std::string& context) const { return {context + ": " + message, remedy}; }
};

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> failure(std::string message, std::string remedy = {}) {
  return tl::unexpected<Error>(Error{std::move(message), std::move(remedy)});
}
inline tl::unexpected<Error> failure(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace gpubench::base
