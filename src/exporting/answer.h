// What HTTP answers mean, whatever the protocol.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "exporting/protocol.h"
#include "platform/http_client.h"

namespace gpubench::exporting {

// By the status alone.
Verdict judge_status(int status);

// "the server answered HTTP 401 (user, password or token not accepted)", with the beginning of what it says.
std::string answer_text(const platform::HttpResponse& answer);

constexpr std::string_view kUnreadableAnswer = "the database's answer cannot be read";

// Retry-After as seconds or as a date (RFC 9110), within 0.25 s and 300 s; empty: none, or not one.
std::optional<base::Duration> retry_after(std::string_view header, base::WallTime now);

}  // namespace gpubench::exporting
