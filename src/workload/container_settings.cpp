#include "workload/container_settings.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <limits>
#include <system_error>
#include <utility>

namespace gpubench::workload {
namespace {

constexpr std::size_t kMaxNumber = 20;

// A plain decimal number at the front of `text`, which is moved past it. Not from_chars for double: g++ 11's depends on
// the locale's room for it and takes exponents.
std::optional<double> take_decimal(std::string_view& text) {
  const std::size_t size = std::min(text.find_first_not_of("0123456789."), text.size());
  const std::string_view digits = text.substr(0, size);
  const std::size_t point = std::min(digits.find('.'), digits.size());
  const std::string_view fraction = digits.substr(std::min(point + 1, digits.size()));
  if (point == 0 || size > kMaxNumber || fraction.find('.') != std::string_view::npos) return std::nullopt;
  if (point < digits.size() && fraction.empty()) return std::nullopt;
  double value = 0;
  for (const char digit : digits.substr(0, point)) value = value * 10 + (digit - '0');
  double scale = 1;
  for (const char digit : fraction) value += (digit - '0') * (scale /= 10);
  text.remove_prefix(size);
  return value;
}

std::string lower_case(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

std::optional<std::int64_t> whole(std::string_view text) {
  if (text == "unlimited") return -1;
  std::int64_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || stop != text.data() + text.size() || value < -1) return std::nullopt;
  return value;
}

base::Result<DataMount> finished_mount(DataMount mount, const std::string& text) {
  mount.is_volume = !mount.source.empty() && mount.source.front() != '/';
  const bool odd_volume =
      mount.is_volume && mount.source.find_first_not_of(
                             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") != std::string::npos;
  if (mount.source.empty() || mount.target.empty() || mount.target.front() != '/' || odd_volume) {
    return base::failure("\"" + text + "\" is not a mount",
                         "write it as /host/folder:/container/folder (absolute paths), or type=bind,source=...,target=...");
  }
  return mount;
}

base::Result<DataMount> parse_mount_fields(const std::string& text) {
  DataMount mount;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view field = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(field.size() + 1, rest.size()));
    const std::size_t equals = std::min(field.find('='), field.size());
    const std::string_view key = field.substr(0, equals);
    const std::string_view value = field.substr(std::min(equals + 1, field.size()));
    const bool is_writable = (key == "readonly" || key == "ro") && (value == "false" || value == "0");
    if (key == "rw" || is_writable)
      return base::failure("--mount is for read-only data", "use --volume for a writable folder");
    if (key == "source" || key == "src") {
      mount.source = value;
    } else if (key == "target" || key == "dst" || key == "destination") {
      mount.target = value;
    } else if (key != "readonly" && key != "ro" && !(key == "type" && (value == "bind" || value == "volume"))) {
      return base::failure("--mount has no field \"" + std::string(field) + "\"",
                           "use type=bind, type=volume, source=, target= and readonly");
    }
  }
  return finished_mount(std::move(mount), text);
}

std::string without_slashes(const std::string& path) {
  return path.substr(0, path.find_last_not_of('/') + 1);
}

std::string safe_last_component(const std::string& path) {
  const std::string plain_path = without_slashes(path);
  std::string name = plain_path.substr(plain_path.find_last_of('/') + 1);
  for (char& c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
    if (!plain) c = '_';
  }
  constexpr std::size_t longest = 100;
  name.resize(std::min(name.size(), longest));
  return name.empty() || name == "." || name == ".." ? "root" : name;
}

}  // namespace

std::vector<ResultsFolder> results_folders(const std::vector<std::string>& paths) {
  std::vector<ResultsFolder> folders;
  const auto has = [&folders](const auto& property) { return std::any_of(folders.begin(), folders.end(), property); };
  for (const std::string& path : paths) {
    if (has([&](const ResultsFolder& other) { return without_slashes(other.path) == without_slashes(path); })) continue;
    const std::string wanted = safe_last_component(path);
    std::string name = wanted;
    for (int number = 2; has([&](const ResultsFolder& other) { return other.name == name; }); ++number)
      name = wanted + "-" + std::to_string(number);
    folders.push_back({path, name});
  }
  return folders;
}

base::Result<std::uint64_t> parse_byte_size(std::string_view text) {
  const std::string given(text);
  const auto number = take_decimal(text);
  std::string unit = lower_case(text);
  if (unit.size() > 1 && unit.back() == 'b') unit.pop_back();
  if (unit.size() > 1 && unit.back() == 'i') unit.pop_back();
  constexpr std::string_view units = "bkmgt";
  const std::size_t power = unit.empty() ? 0 : units.find(unit);
  constexpr double kMost = 1125899906842624.0;  // 2^50: nothing has a pebibyte
  if (number && unit.size() <= 1 && power != std::string_view::npos) {
    const double bytes = *number * std::pow(1024.0, static_cast<double>(power));
    if (bytes >= 1 && bytes <= kMost) return static_cast<std::uint64_t>(bytes);
  }
  return base::failure("\"" + given + "\" is not a size", "write a number with b, k, m, g or t, for example 64g");
}

base::Result<Ulimit> parse_ulimit(const std::string& text) {
  const std::size_t equals = text.find('=');
  const std::size_t colon = text.find(':', equals == std::string::npos ? 0 : equals);
  if (equals != std::string::npos && equals > 0) {
    const auto soft = whole(std::string_view(text).substr(equals + 1, std::min(colon, text.size()) - equals - 1));
    const auto hard = colon == std::string::npos ? soft : whole(std::string_view(text).substr(colon + 1));
    if (soft && hard) return Ulimit{text.substr(0, equals), *soft, *hard};
  }
  return base::failure("\"" + text + "\" is not a limit",
                       "write NAME=SOFT[:HARD], for example memlock=-1 or nofile=1024:4096");
}

base::Result<DataMount> parse_data_mount(const std::string& text) {
  if (text.find('=') != std::string::npos && text.front() != '/') return parse_mount_fields(text);
  const std::size_t first = text.find(':');
  if (first == std::string::npos) return finished_mount({}, text);
  const std::size_t second = std::min(text.find(':', first + 1), text.size());
  const std::string_view mode = std::string_view(text).substr(second);
  if (mode == ":rw") return base::failure("--mount is for read-only data", "use --volume for a writable folder");
  if (!mode.empty() && mode != ":ro") return finished_mount({}, text);
  return finished_mount({text.substr(0, first), text.substr(first + 1, second - first - 1), false}, text);
}

base::Result<std::string> resolve_volume(const std::string& text) {
  const std::size_t colon = std::min(text.find(':'), text.size());
  std::error_code unknown;
  const auto source = std::filesystem::absolute(text.substr(0, colon), unknown);
  if (colon == 0 || colon + 1 >= text.size())
    return base::failure("--volume " + text + " does not name a source and a target", "write it as FOLDER:TARGET[:ro]");
  if (std::filesystem::status(source, unknown).type() == std::filesystem::file_type::not_found)
    return base::failure("--volume " + text + ": there is no " + source.string() + " on this machine",
                         "correct the path; a named volume is given with --mount NAME:TARGET");
  return source.lexically_normal().string() + text.substr(colon);
}

base::Result<std::int64_t> parse_nano_cpus(std::string_view text) {
  const std::string given(text);
  constexpr double kMostCpus = 65536;
  const auto number = take_decimal(text);
  if (number && text.empty() && *number >= 0.01 && *number <= kMostCpus) return std::llround(*number * 1e9);
  return base::failure("\"" + given + "\" is not a number of CPUs", "write it as in --cpus 2 or --cpus 1.5");
}

}  // namespace gpubench::workload
