#include "platform/http_message.h"

namespace gpubench::platform {

std::string HttpResponse::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

}  // namespace gpubench::platform
