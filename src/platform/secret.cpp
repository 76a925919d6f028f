#include "platform/secret.h"

#include <algorithm>
#include <fstream>

#include "base/byte_order_mark.h"

namespace gpubench::platform {
namespace {

constexpr std::size_t kLongest = 4096;

bool is_control(char c) {
  constexpr char kDelete = 0x7f;
  return (c >= '\0' && c < ' ') || c == kDelete;  // bytes of UTF-8 are negative where char is signed
}

base::Result<std::string> first_line(const base::Secret& secret) {
  std::ifstream in(secret.file);
  std::string line;
  if (!std::getline(in, line))
    return base::failure(secret.variable + "_FILE: no secret can be read from " + secret.file,
                         "correct " + secret.variable + "_FILE");
  return std::string(base::without_byte_order_mark(line));
}

}  // namespace

base::Result<std::string> read_secret(const base::Secret& secret) {
  if (!secret.is_set()) return std::string();
  auto found = secret.value.empty() ? first_line(secret) : base::Result<std::string>(secret.value);
  if (!found) return found;
  found->erase(found->find_last_not_of(" \t\r\n") + 1);
  if (found->empty() || found->size() > kLongest || std::any_of(found->begin(), found->end(), is_control))
    return base::failure("the secret in " + secret.variable + " cannot be sent",
                         "it must be one line of at most 4096 characters, and not empty");
  return found;
}

}  // namespace gpubench::platform
