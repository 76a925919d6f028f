// The functions of libarchive that reading a container's results calls, each handing on to the library that is loaded at the
// first of them (see platform/late_library.h). archive_read_new() comes first and gives nothing where there is no library.
#include <archive.h>
#include <archive_entry.h>

#include <cstdarg>

#include "platform/late_library.h"

namespace {

constexpr gpubench::platform::LateLibrary kArchive("libarchive.so.13");  // its name since 2012 (3.0)

}  // namespace

#define REAL_ARCHIVE(name) static auto* const real = kArchive.function<decltype(name)>(#name)

// The libraries' headers name some parameters otherwise, or not at all.
// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
extern "C" {

archive* archive_read_new() {
  REAL_ARCHIVE(archive_read_new);
  return real == nullptr ? nullptr : real();
}

int archive_read_support_format_tar(archive* reader) {
  REAL_ARCHIVE(archive_read_support_format_tar);
  return real(reader);
}

int archive_read_open(archive* reader, void* client, archive_open_callback* open, archive_read_callback* read,
                      archive_close_callback* close) {
  REAL_ARCHIVE(archive_read_open);
  return real(reader, client, open, read, close);
}

int archive_read_next_header(archive* reader, archive_entry** entry) {
  REAL_ARCHIVE(archive_read_next_header);
  return real(reader, entry);
}

la_ssize_t archive_read_data(archive* reader, void* to, size_t most) {
  REAL_ARCHIVE(archive_read_data);
  return real(reader, to, most);
}

int archive_read_free(archive* reader) {
  REAL_ARCHIVE(archive_read_free);
  return real(reader);
}

const char* archive_error_string(archive* reader) {
  REAL_ARCHIVE(archive_error_string);
  return real(reader);
}

// Called with a whole text only.
void archive_set_error(archive* reader, int number, const char* text, ...) {
  REAL_ARCHIVE(archive_set_error);
  real(reader, number, "%s", text);
}

const char* archive_entry_pathname(archive_entry* entry) {
  REAL_ARCHIVE(archive_entry_pathname);
  return real(entry);
}

const char* archive_entry_pathname_utf8(archive_entry* entry) {
  REAL_ARCHIVE(archive_entry_pathname_utf8);
  return real(entry);
}

const char* archive_entry_hardlink(archive_entry* entry) {
  REAL_ARCHIVE(archive_entry_hardlink);
  return real(entry);
}

const char* archive_entry_hardlink_utf8(archive_entry* entry) {
  REAL_ARCHIVE(archive_entry_hardlink_utf8);
  return real(entry);
}

__LA_MODE_T archive_entry_filetype(archive_entry* entry) {
  REAL_ARCHIVE(archive_entry_filetype);
  return real(entry);
}

__LA_MODE_T archive_entry_perm(archive_entry* entry) {
  REAL_ARCHIVE(archive_entry_perm);
  return real(entry);
}

la_int64_t archive_entry_size(archive_entry* entry) {
  REAL_ARCHIVE(archive_entry_size);
  return real(entry);
}

}  // extern "C"
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
