// A line of the index: three JSON values with a tab between them, which no JSON text contains unescaped. Who wants the last
// need not read the others.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "history/index_entry.h"

namespace gpubench::history {

std::string entry_text(const IndexEntry& entry);
// The other part stays empty. Empty: the line is damaged.
std::optional<IndexEntry> parse_entry(std::string_view line, Part part);

}  // namespace gpubench::history
