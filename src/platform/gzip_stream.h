// Bytes compressed on their way into another stream (gzip, RFC 1952).
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <string_view>

namespace gpubench::platform {

// Calls `write` once with a stream in the classic locale whose bytes go compressed into `out`. The same bytes always give
// the same file: no time, no name in it. A failure of `out` is seen there.
void write_gzip(std::ostream& out, const std::function<void(std::ostream&)>& write);

// The same for bytes that are all there: in half the time (libdeflate, which needs them all at once).
std::string gzip_bytes(std::string_view bytes);

}  // namespace gpubench::platform
