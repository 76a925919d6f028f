// What a mistyped word was probably meant to be.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gpubench::base {

// The nearest of `known`, letter case ignored, if it is near enough to be meant: one edit of a short word, one for every
// four letters of a longer one. Else "".
std::string nearest_word(std::string_view word, const std::vector<std::string>& known);

}  // namespace gpubench::base
