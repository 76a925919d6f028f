#include "workload/docker/results_archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/try.h"
#include "workload/docker/results_directory.h"

namespace gpubench::workload {
namespace {

constexpr const char* kSkippedName = "skipped.txt";    // what could not be copied: the run has a finding
constexpr const char* kExcludedName = "excluded.txt";  // what the user did not want
constexpr std::size_t kMaxNameBytes = 255;             // NAME_MAX
constexpr std::size_t kMaxSkippedList = std::size_t{1} << 20;
constexpr std::size_t kMaxSkippedName = 1024;

struct ArchiveFree {
  void operator()(archive* reader) const { archive_read_free(reader); }
};
using ArchiveReader = std::unique_ptr<archive, ArchiveFree>;

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

std::string percent_encoded(std::string_view name) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string result;
  for (const char c : name) {
    if (!is_control(c)) {
      result += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    result += '%';
    result += digits[byte >> 4U];
    result += digits[byte & 15U];
  }
  return result;
}

std::vector<std::string_view> components(std::string_view path) {
  std::vector<std::string_view> result;
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view name = path.substr(0, slash);
    if (!name.empty() && name != ".") result.push_back(name);
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return result;
}

// In the C locale libarchive gives names that are not ASCII only as UTF-8.
std::string member_path(archive_entry* entry) {
  const char* path = archive_entry_pathname(entry);
  if (path == nullptr) path = archive_entry_pathname_utf8(entry);
  return path == nullptr ? "" : path;
}

std::optional<std::string> link_target(archive_entry* entry) {
  const char* path = archive_entry_hardlink(entry);
  if (path == nullptr) path = archive_entry_hardlink_utf8(entry);
  return path == nullptr ? std::nullopt : std::optional<std::string>(path);
}

// A line of skipped.txt or excluded.txt.
void add_line(std::string& list, std::string_view member, const std::string& why) {
  if (list.size() > kMaxSkippedList) return;
  list += percent_encoded(member.substr(0, kMaxSkippedName)) + ": " + why + "\n";
  if (list.size() > kMaxSkippedList) list += "... and more\n";
}

// One extraction: reads members in order and writes what may be written.
class Extraction {
 public:
  Extraction(const NextPiece& next, std::filesystem::path directory, ArchiveLimits limits)
      : next_(next), path_(std::move(directory)), limits_(std::move(limits)) {}
  base::Result<bool> run();

 private:
  static la_ssize_t on_read(archive* reader, void* self, const void** piece);
  // Null: there are no more, or no more are wanted.
  archive_entry* next_entry(archive* reader);
  base::Result<void> take(archive* reader, archive_entry* entry);
  base::Result<void> take_file(archive* reader, archive_entry* entry, const std::string& member,
                               const std::string& relative);
  base::Result<void> take_link(const std::string& target, const std::string& member, const std::string& relative);
  base::Result<bool> copy_content(archive* reader, const Descriptor& file);
  base::Result<void> write_list(const char* name, const std::string& list);
  base::Result<ResultsDirectory*> root();
  void skip(std::string_view member, const std::string& why);
  [[nodiscard]] std::uint64_t bytes_left() const { return limits_.bytes - std::min(bytes_, limits_.bytes); }

  const NextPiece& next_;
  std::filesystem::path path_;
  ArchiveLimits limits_;
  std::optional<ResultsDirectory> root_;
  std::unordered_map<std::string, std::string> written_;  // member path -> relative path
  std::uint64_t bytes_ = 0;
  std::uint64_t passed_over_ = 0;  // bytes
  std::size_t entries_ = 0;
  std::string skipped_;
  std::string excluded_;
  std::optional<base::Error> stream_error_;
};

void Extraction::skip(std::string_view member, const std::string& why) {
  add_line(skipped_, member, why);
}

base::Result<bool> Extraction::run() {
  const ArchiveReader reader(archive_read_new());
  if (!reader) return base::failure("libarchive gave no reader: out of memory");
  archive_read_support_format_tar(reader.get());
  if (archive_read_open(reader.get(), this, nullptr, &Extraction::on_read, nullptr) < ARCHIVE_WARN) {
    return base::failure(stream_error_.value_or(base::Error{"the engine sent no tar archive", ""}));
  }
  while (archive_entry* const entry = next_entry(reader.get())) GPUBENCH_TRY(take(reader.get(), entry));
  GPUBENCH_TRY(write_list(kSkippedName, skipped_));
  GPUBENCH_TRY(write_list(kExcludedName, excluded_));
  if (stream_error_) return base::failure(*stream_error_);
  return root_.has_value();
}

archive_entry* Extraction::next_entry(archive* reader) {
  const auto leave_out_the_rest = [&](const std::string& why) -> archive_entry* {
    skip("the rest of the archive", why);
    return nullptr;
  };
  if (passed_over_ > limits_.passed_over)
    return leave_out_the_rest("too much before it was left out (" + std::to_string(passed_over_) + " bytes)");
  archive_entry* entry = nullptr;
  const int result = archive_read_next_header(reader, &entry);
  if (result == ARCHIVE_EOF) return nullptr;
  if (result < ARCHIVE_WARN) {
    const char* const words = archive_error_string(reader);
    return leave_out_the_rest(words == nullptr ? "it is damaged" : words);
  }
  if (++entries_ > limits_.entries) return leave_out_the_rest("more than " + std::to_string(limits_.entries) + " entries");
  return entry;
}

la_ssize_t Extraction::on_read(archive* reader, void* self, const void** piece) {
  auto& extraction = *static_cast<Extraction*>(self);
  const auto next = extraction.next_();
  if (!next) {
    extraction.stream_error_ = next.error();
    archive_set_error(reader, -1, "the connection to the engine was lost");
    return -1;
  }
  *piece = next->data();
  return static_cast<la_ssize_t>(next->size());
}

base::Result<ResultsDirectory*> Extraction::root() {
  if (!root_) {
    auto opened = ResultsDirectory::open(path_);
    if (!opened) return base::failure(opened.error());
    root_.emplace(std::move(*opened));
  }
  return &*root_;
}

base::Result<void> Extraction::take(archive* reader, archive_entry* entry) {
  const std::string member = member_path(entry);
  std::string why;
  const auto link = link_target(entry);
  const auto type = archive_entry_filetype(entry);
  std::string relative = safe_relative_path(member, limits_.depth, why);
  // The path asked for is itself a file: there is no directory to drop.
  if (relative.empty() && why.empty() && type != AE_IFDIR)
    relative = percent_encoded(components(member).empty() ? "result" : components(member).back());
  if (relative == kSkippedName || relative == kExcludedName) why = "the name is used by this list";
  const auto size = static_cast<std::uint64_t>(std::max<la_int64_t>(archive_entry_size(entry), 0));
  if (!why.empty()) {
    skip(member, why);
    passed_over_ += size;
  } else if (is_excluded(relative, limits_.excluded)) {
    if (type != AE_IFDIR) add_line(excluded_, member, std::to_string(size) + " bytes");
    passed_over_ += size;
  } else if (link) {
    return take_link(*link, member, relative);
  } else if (type == AE_IFREG) {
    return take_file(reader, entry, member, relative);
  } else if (type != AE_IFDIR) {
    skip(member, type == AE_IFLNK ? "symbolic link" : "neither file nor directory");
  } else if (!relative.empty()) {
    const auto top = root();
    if (!top) return base::failure(top.error());
    if (const auto made = (*top)->directory(relative); !made) skip(member, made.error().message);
  }
  return {};
}

base::Result<void> Extraction::take_file(archive* reader, archive_entry* entry, const std::string& member,
                                         const std::string& relative) {
  const auto size = static_cast<std::uint64_t>(std::max<la_int64_t>(archive_entry_size(entry), 0));
  if (size > bytes_left()) {
    skip(member, "more than " + std::to_string(limits_.bytes) + " bytes in all");
    passed_over_ += size;
    return {};
  }
  const auto top = root();
  if (!top) return base::failure(top.error());
  const bool executable = (archive_entry_perm(entry) & 0100U) != 0;
  const auto file = (*top)->create(relative, executable ? 0755 : 0644);
  if (!file) {
    skip(member, file.error().message);
    passed_over_ += size;
    return {};
  }
  const auto complete = copy_content(reader, *file);
  if (!complete) return base::failure(complete.error().with_context("result file " + relative));
  if (*complete) {
    written_[member] = relative;
  } else {
    (*top)->remove(relative);
    skip(member, "cut off");
  }
  return {};
}

base::Result<bool> Extraction::copy_content(archive* reader, const Descriptor& file) {
  std::array<char, 65536> chunk;
  for (;;) {
    const la_ssize_t count = archive_read_data(reader, chunk.data(), chunk.size());
    if (count == 0) return true;
    if (count < 0) return false;
    bytes_ += static_cast<std::uint64_t>(count);
    if (bytes_ > limits_.bytes) return false;  // longer than its header said
    GPUBENCH_TRY(write_fully(file, chunk.data(), static_cast<std::size_t>(count)));
  }
}

base::Result<void> Extraction::take_link(const std::string& target, const std::string& member, const std::string& relative) {
  const auto source = written_.find(target);
  const auto top = root();
  if (!top) return base::failure(top.error());
  if (source == written_.end()) {
    skip(member, "hard link to a file that is not earlier in the archive");
    return {};
  }
  const auto from = (*top)->open_file(source->second);
  const auto to = (*top)->create(relative, 0644);
  if (!from || !to) {
    skip(member, (from ? to : from).error().message);
    return {};
  }
  std::array<char, 65536> chunk;
  for (ssize_t count = 0; (count = ::read(from->get(), chunk.data(), chunk.size())) > 0;) {
    bytes_ += static_cast<std::uint64_t>(count);
    if (bytes_ > limits_.bytes) {
      (*top)->remove(relative);
      skip(member, "more than " + std::to_string(limits_.bytes) + " bytes in all");
      return {};
    }
    if (auto written = write_fully(*to, chunk.data(), static_cast<std::size_t>(count)); !written) return written;
  }
  written_[member] = relative;
  return {};
}

base::Result<void> Extraction::write_list(const char* name, const std::string& list) {
  if (list.empty()) return {};
  const auto top = root();
  if (!top) return base::failure(top.error());
  const auto file = (*top)->create(name, 0644);
  if (!file) return base::failure(file.error().with_context(name));
  return write_fully(*file, list.data(), list.size());
}

}  // namespace

std::string safe_relative_path(std::string_view path, std::size_t max_depth, std::string& why) {
  why.clear();
  if (path.empty() || path.front() == '/') {
    why = path.empty() ? "no name" : "absolute path";
    return {};
  }
  const std::vector<std::string_view> names = components(path);
  std::string result;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == "..") why = "path with \"..\"";
    if (i == 0) continue;
    const std::string name = percent_encoded(names[i]);
    if (name.size() > kMaxNameBytes) why = "name longer than 255 bytes";
    result += (result.empty() ? "" : "/") + name;
  }
  if (names.size() > max_depth) why = "more than " + std::to_string(max_depth) + " levels deep";
  return why.empty() ? result : std::string();
}

bool is_excluded(const std::string& relative, const std::vector<std::string>& patterns) {
  const auto matches = [](const std::string& pattern, const std::string& path) {
    if (pattern.find('/') != std::string::npos) return ::fnmatch(pattern.c_str(), path.c_str(), FNM_PATHNAME) == 0;
    return ::fnmatch(pattern.c_str(), path.substr(path.rfind('/') + 1).c_str(), 0) == 0;
  };
  for (std::size_t end = 0; end < relative.size(); ++end) {
    end = std::min(relative.find('/', end), relative.size());
    const std::string path = relative.substr(0, end);
    if (std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) { return matches(pattern, path); }))
      return true;
  }
  return false;
}

base::Result<bool> extract_results(const NextPiece& next, const std::filesystem::path& directory,
                                   const ArchiveLimits& limits) {
  return Extraction(next, directory, limits).run();
}

}  // namespace gpubench::workload
