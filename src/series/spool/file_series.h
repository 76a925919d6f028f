// A series kept in a temporary file, so that memory does not grow with the length of a run.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "base/result.h"
#include "series/series.h"
#include "series/spool/spool_file.h"

namespace gpubench::series {

// Values spooled to an unnamed file of a given directory; a reader sees all that has been appended so far.
template <class T>
class FileSeries final : public Series<T> {
  static_assert(sizeof(T) <= SpoolFile::kBufferBytes);

 public:
  static base::Result<std::unique_ptr<FileSeries>> create(const std::filesystem::path& directory) {
    auto file = SpoolFile::create(directory);
    if (!file) return base::failure(std::move(file.error()));
    return std::unique_ptr<FileSeries>(new FileSeries(std::move(*file)));
  }

  void append(const T& value) override { file_->append(std::as_bytes(std::span<const T>(&value, 1))); }
  [[nodiscard]] std::size_t size() const override { return static_cast<std::size_t>(file_->size() / sizeof(T)); }
  [[nodiscard]] std::size_t read(std::size_t first, std::span<T> out) const override {
    return file_->read(std::uint64_t{first} * sizeof(T), std::as_writable_bytes(out)) / sizeof(T);
  }
  [[nodiscard]] std::optional<base::Error> write_error() const override { return file_->error(); }

 private:
  explicit FileSeries(std::unique_ptr<SpoolFile> file) : file_(std::move(file)) {}
  std::unique_ptr<SpoolFile> file_;
};

}  // namespace gpubench::series
