// What a container engine sends of a container's output: a frame of one stream.
#pragma once

#include <string>
#include <string_view>

namespace gpubench::support {

// `type`: 1 standard output, 2 standard error, 3 an error of the engine. Then the payload's length, big-endian.
inline std::string docker_frame(int type, std::string_view payload) {
  std::string bytes{static_cast<char>(type), 0, 0, 0};
  for (int shift = 24; shift >= 0; shift -= 8)
    bytes += static_cast<char>(payload.size() >> static_cast<unsigned>(shift) & 0xffU);
  return bytes.append(payload);
}

}  // namespace gpubench::support
