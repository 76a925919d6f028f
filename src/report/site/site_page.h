// Many runs as one page that needs no network: search, sort, filter, compare two, a chart of each benchmark over time.
#pragma once

#include <string>
#include <string_view>

namespace gpubench::report {

// `runs_json`: a list of objects with the keys of docs/formats.md ("list --json"), each with "page", a relative address of
// its report, or null.
std::string site_page(std::string_view title, std::string_view runs_json);

}  // namespace gpubench::report
