// Text, the same everywhere: joined, trimmed, cut for a message, and UTF-8 as libutf8proc knows it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gpubench::base {

std::string joined(const std::vector<std::string>& words, std::string_view between = " ");

// Appends one more to a list in words; nothing if it is empty.
void add_item(std::string& list, std::string_view item, std::string_view between = "; ");

// Without the spaces, tabs and line ends around it.
std::string_view trimmed(std::string_view text);

// The beginning of an answer from outside, for a message: at most `most` bytes of printable ASCII and "..." where more came.
std::string excerpt(std::string_view text, std::size_t most = 80);

// A text from outside as one line of valid UTF-8: control characters become spaces, broken bytes U+FFFD; cut to
// `max_characters` with "..." at the end.
std::string one_line(std::string_view text, std::size_t max_characters = 10000);

// Valid UTF-8 with everything else kept: broken bytes become U+FFFD.
std::string valid_utf8(std::string_view text);

constexpr char32_t kReplacementCharacter = U'\uFFFD';
// The next character of `utf8`, which is not empty, removed from its front; U+FFFD for a broken byte.
char32_t take_character(std::string_view& utf8);
void append_character(std::string& utf8, char32_t character);
// C0, DEL and C1 (U+0080 to U+009F): a terminal may act on them.
bool is_control(char32_t character);
// What a terminal must not be sent: controls, what changes the text around it, and what its font cannot know.
bool is_unsafe_on_terminal(char32_t character);
// Columns that it takes on a terminal: 0, 1 or 2 for a character.
int columns_of(char32_t character);
int columns_of(std::string_view utf8);

}  // namespace gpubench::base
