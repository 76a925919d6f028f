// A line of the index.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "history/index_entry.h"

namespace gpubench::history {

std::string entry_text(const IndexEntry& entry);  // without a line end
// Empty: it is damaged.
std::optional<IndexEntry> parse_entry(std::string_view line);

}  // namespace gpubench::history
