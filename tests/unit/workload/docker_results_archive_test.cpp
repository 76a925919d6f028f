#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iomanip>
#include <sstream>
#include <string>
#include <vector>

#include "workload/docker/results_archive.h"

namespace gpubench::workload {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// Writes tar archives that an honest engine would not send.
class Tar {
 public:
  Tar() : writer_(archive_write_new()) {
    archive_write_set_format_pax(writer_);
    archive_write_open(writer_, this, nullptr, &Tar::on_write, nullptr);
  }
  ~Tar() { archive_write_free(writer_); }
  Tar(const Tar&) = delete;
  Tar& operator=(const Tar&) = delete;

  Tar& file(const std::string& path, const std::string& content, unsigned mode = 0644) {
    return add(path, AE_IFREG, content, mode, [](archive_entry*) {});
  }
  Tar& directory(const std::string& path) {
    return add(path, AE_IFDIR, "", 0755, [](archive_entry*) {});
  }
  Tar& symlink(const std::string& path, const std::string& target) {
    return add(path, AE_IFLNK, "", 0777, [&](archive_entry* entry) { archive_entry_set_symlink(entry, target.c_str()); });
  }
  Tar& hardlink(const std::string& path, const std::string& target) {
    return add(path, AE_IFREG, "", 0644, [&](archive_entry* entry) { archive_entry_set_hardlink(entry, target.c_str()); });
  }
  Tar& special(const std::string& path, unsigned type) {
    return add(path, type, "", 0666, [](archive_entry*) {});
  }
  std::string bytes() {
    archive_write_close(writer_);
    return bytes_;
  }

 private:
  template <class Adjust>
  Tar& add(const std::string& path, unsigned type, const std::string& content, unsigned mode, Adjust adjust) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, path.c_str());
    archive_entry_set_filetype(entry, type);
    archive_entry_set_perm(entry, static_cast<mode_t>(mode));
    archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
    adjust(entry);
    archive_write_header(writer_, entry);
    archive_write_data(writer_, content.data(), content.size());
    archive_entry_free(entry);
    return *this;
  }
  static la_ssize_t on_write(archive*, void* self, const void* bytes, std::size_t size) {
    static_cast<Tar*>(self)->bytes_.append(static_cast<const char*>(bytes), size);
    return static_cast<la_ssize_t>(size);
  }
  archive* writer_;
  std::string bytes_;
};

class ResultsArchive : public testing::Test {
 protected:
  ResultsArchive() : base_(fs::path(testing::TempDir()) / ("archive-" + std::to_string(getpid()))) {
    fs::remove_all(base_);
    fs::create_directories(base_);
  }
  ~ResultsArchive() override { fs::remove_all(base_); }

  // Hands the bytes over in pieces of the given size.
  base::Result<bool> extract(const std::string& bytes, std::size_t piece = 1000, const ArchiveLimits& limits = {}) {
    std::size_t at = 0;
    return extract_results(
        [&]() -> base::Result<std::string_view> {
          const std::string_view next = std::string_view(bytes).substr(at, piece);
          at += next.size();
          return next;
        },
        into(), limits);
  }
  [[nodiscard]] fs::path into() const { return base_ / "into"; }
  [[nodiscard]] fs::path outside() const { return base_; }
  [[nodiscard]] std::string text(const std::string& name) const {
    std::ostringstream content;
    content << std::ifstream(into() / name).rdbuf();
    return content.str();
  }
  [[nodiscard]] bool exists(const std::string& name) const { return fs::exists(fs::symlink_status(into() / name)); }

 private:
  fs::path base_;
};

TEST_F(ResultsArchive, FilesAndDirectoriesAreWritten) {
  const std::string big(300000, 'b');
  const std::string bytes = Tar()
                                .directory("results/")
                                .file("results/metrics.yml", "time: 1\n")
                                .directory("results/a/")
                                .file("results/a/b/c", big)
                                .file("results/run", "#!", 0755)
                                .bytes();
  for (const std::size_t piece : {std::size_t{1}, std::size_t{511}, std::size_t{1000000}}) {
    fs::remove_all(into());
    const auto extracted = extract(bytes, piece);
    ASSERT_TRUE(extracted) << extracted.error().message;
    EXPECT_TRUE(*extracted);
    EXPECT_EQ(text("metrics.yml"), "time: 1\n");
    EXPECT_EQ(text("a/b/c"), big);
    EXPECT_NE(fs::status(into() / "run").permissions() & fs::perms::owner_exec, fs::perms::none);
    EXPECT_FALSE(exists("skipped.txt"));
  }
}

TEST_F(ResultsArchive, EmptyDirectoryIsNoResult) {
  const auto extracted = extract(Tar().directory("results/").bytes());
  ASSERT_TRUE(extracted);
  EXPECT_FALSE(*extracted);
  EXPECT_FALSE(fs::exists(into()));
}

TEST_F(ResultsArchive, SingleFileKeepsItsName) {
  ASSERT_TRUE(extract(Tar().file("results", "content").bytes()));
  EXPECT_EQ(text("results"), "content");
}

TEST_F(ResultsArchive, WhatIsNeitherFileNorDirectoryIsListed) {
  ASSERT_TRUE(extract(Tar()
                          .symlink("results/passwd", "/etc/passwd")
                          .special("results/fifo", AE_IFIFO)
                          .special("results/dev", AE_IFCHR)
                          .file("results/ok", "1")
                          .bytes()));
  EXPECT_FALSE(exists("passwd"));
  EXPECT_FALSE(exists("fifo"));
  EXPECT_FALSE(exists("dev"));
  EXPECT_EQ(text("ok"), "1");
  EXPECT_EQ(
      text("skipped.txt"),
      "results/passwd: symbolic link\nresults/fifo: neither file nor directory\nresults/dev: neither file nor directory\n");
}

TEST_F(ResultsArchive, NothingIsWrittenOutside) {
  const auto extracted = extract(Tar()
                                     .file("results/../../escaped", "x")
                                     .file("../escaped", "x")
                                     .file((outside() / "escaped").string(), "x")
                                     .file("..", "x")
                                     .symlink("results/dir", outside().string())
                                     .file("results/dir/escaped", "x")
                                     .bytes());
  ASSERT_TRUE(extracted) << extracted.error().message;
  EXPECT_FALSE(fs::exists(outside() / "escaped"));
  EXPECT_TRUE(fs::is_directory(fs::symlink_status(into() / "dir")));  // the link was refused, so this is a new directory
  EXPECT_THAT(text("skipped.txt"), HasSubstr("path with \"..\""));
  EXPECT_THAT(text("skipped.txt"), HasSubstr("absolute path"));
}

TEST_F(ResultsArchive, LinkThatIsThereAlreadyIsNotFollowed) {
  fs::create_directories(into());
  fs::create_directory_symlink(outside(), into() / "dir");
  fs::create_symlink(outside() / "target", into() / "file");
  ASSERT_TRUE(extract(Tar().file("results/dir/escaped", "x").file("results/file", "x").bytes()));
  EXPECT_FALSE(fs::exists(outside() / "escaped"));
  EXPECT_FALSE(fs::exists(outside() / "target"));
}

TEST_F(ResultsArchive, HardLinksBecomeCopiesOfEarlierMembers) {
  ASSERT_TRUE(extract(Tar()
                          .file("results/original", "content")
                          .hardlink("results/copy", "results/original")
                          .hardlink("results/passwd", "/etc/passwd")
                          .hardlink("results/early", "results/later")
                          .file("results/later", "x")
                          .bytes()));
  EXPECT_EQ(text("copy"), "content");
  EXPECT_EQ(fs::hard_link_count(into() / "copy"), 1U);
  EXPECT_FALSE(exists("passwd"));
  EXPECT_FALSE(exists("early"));
  EXPECT_THAT(text("skipped.txt"), HasSubstr("results/passwd: hard link"));
}

TEST_F(ResultsArchive, ControlBytesAreEncodedAndOtherLettersKept) {
  ASSERT_TRUE(extract(Tar().file("results/a\x1b[2J\n", "1").file("results/gr\xc3\xbc\xc3\x9f", "2").bytes()));
  EXPECT_EQ(text("a%1B[2J%0A"), "1");
  EXPECT_EQ(text("gr\xc3\xbc\xc3\x9f"), "2");
}

TEST_F(ResultsArchive, SameNameTwiceKeepsTheFirst) {
  ASSERT_TRUE(extract(Tar().file("results/x", "first").file("results/x", "second").file("results/x/below", "y").bytes()));
  EXPECT_EQ(text("x"), "first");
  EXPECT_THAT(text("skipped.txt"), HasSubstr("results/x: "));
}

TEST_F(ResultsArchive, OurListIsNotTheContainers) {
  ASSERT_TRUE(extract(Tar().file("results/skipped.txt", "nothing to see").bytes()));
  EXPECT_THAT(text("skipped.txt"), HasSubstr("name is used"));
}

TEST_F(ResultsArchive, LimitsAreKept) {
  Tar tar;
  for (int i = 0; i < 20; ++i) tar.file("results/" + std::to_string(i), std::string(1000, 'x'));
  const std::string bytes = tar.bytes();
  ArchiveLimits limits;
  limits.bytes = 5500;
  ASSERT_TRUE(extract(bytes, 1000, limits));
  EXPECT_TRUE(exists("4"));
  EXPECT_FALSE(exists("5"));
  EXPECT_THAT(text("skipped.txt"), HasSubstr("results/5: more than 5500 bytes"));
  fs::remove_all(into());
  limits = {};
  limits.entries = 3;
  ASSERT_TRUE(extract(bytes, 1000, limits));
  EXPECT_TRUE(exists("2"));
  EXPECT_FALSE(exists("3"));
  EXPECT_THAT(text("skipped.txt"), HasSubstr("more than 3 entries"));
}

TEST_F(ResultsArchive, WhatIsExcludedIsListedButNotWritten) {
  Tar tar;
  tar.directory("results/checkpoints")
      .file("results/checkpoints/a", "aaaa")
      .file("results/last.ckpt", std::string(3000, 'c'));
  tar.file("results/deep/x.ckpt", "x").file("results/deep/x.txt", "kept").file("results/metrics.yml", "time: 1\n");
  ArchiveLimits limits;
  limits.excluded = {"*.ckpt", "checkpoints"};
  ASSERT_TRUE(extract(tar.bytes(), 1000, limits));
  EXPECT_EQ(text("metrics.yml"), "time: 1\n");
  EXPECT_EQ(text("deep/x.txt"), "kept");
  for (const char* name : {"last.ckpt", "deep/x.ckpt", "checkpoints", "skipped.txt"}) EXPECT_FALSE(exists(name)) << name;
  EXPECT_EQ(text("excluded.txt"),
            "results/checkpoints/a: 4 bytes\nresults/last.ckpt: 3000 bytes\nresults/deep/x.ckpt: 1 bytes\n");
}

TEST(IsExcluded, PatternsWithAndWithoutFolders) {
  EXPECT_TRUE(is_excluded("a/b.ckpt", {"*.ckpt"}));
  EXPECT_TRUE(is_excluded("lightning_logs/version_0/a", {"lightning_logs"}));
  EXPECT_TRUE(is_excluded("a/version_0/b", {"a/version_*"}));
  EXPECT_FALSE(is_excluded("b/a/version_0", {"a/version_*"}));
  EXPECT_FALSE(is_excluded("a/b.ckpt.txt", {"*.ckpt"}));
  EXPECT_FALSE(is_excluded("a/b", {"a?b"}));
  EXPECT_FALSE(is_excluded("a", {}));
}

TEST_F(ResultsArchive, AMillionEntriesAreNotReadToTheirEnd) {
  ArchiveLimits limits;
  limits.entries = 500;
  int given = 0;
  std::string member;
  const auto next = [&]() -> base::Result<std::string_view> {
    if (given == 1'000'000) return std::string_view();
    member = Tar().file("results/" + std::to_string(given++), "x").bytes().substr(0, 1024);  // one block each, no end
    return std::string_view(member);
  };
  ASSERT_TRUE(extract_results(next, into(), limits));
  EXPECT_TRUE(exists("499"));
  EXPECT_FALSE(exists("500"));
  EXPECT_LT(given, 600);
  EXPECT_THAT(text("skipped.txt"), HasSubstr("more than 500 entries"));
}

// "size path=..." is what a PAX header holds; its own header says how much follows.
TEST_F(ResultsArchive, PaxHeaderOfAGigabyteIsRefusedAtOnce) {
  std::string header = Tar().file("results/a", "x").bytes().substr(0, 512);
  header[156] = 'x';
  header.replace(124, 12, "10000000000 ");  // 1 GiB in octal
  header.replace(148, 8, "        ");
  unsigned sum = 0;
  for (const char byte : header) sum += static_cast<unsigned char>(byte);
  std::ostringstream octal;
  octal << std::setw(6) << std::setfill('0') << std::oct << sum;
  header.replace(148, 8, octal.str() + std::string("\0 ", 2));
  std::size_t given = 0;
  std::string piece = header;
  const auto next = [&]() -> base::Result<std::string_view> {
    if (given > 0) piece.assign(std::size_t{1} << 20, '9');
    given += piece.size();
    return given > (std::size_t{1} << 30) ? std::string_view() : std::string_view(piece);
  };
  static_cast<void>(extract_results(next, into()));
  EXPECT_LT(given, std::size_t{8} << 20);
  EXPECT_THAT(text("skipped.txt"), HasSubstr("the rest of the archive"));
}

TEST_F(ResultsArchive, WhatLiesBehindFarTooMuchIsNotWaitedFor) {
  const std::string bytes =
      Tar().file("results/a", "a").file("results/huge", std::string(9000, 'x')).file("results/z", "z").bytes();
  ArchiveLimits limits;
  limits.bytes = 5000;
  ASSERT_TRUE(extract(bytes, 1000, limits));
  EXPECT_TRUE(exists("z"));
  fs::remove_all(into());
  limits.passed_over = 8000;
  ASSERT_TRUE(extract(bytes, 1000, limits));
  EXPECT_TRUE(exists("a"));
  EXPECT_FALSE(exists("z"));
  EXPECT_THAT(text("skipped.txt"), HasSubstr("the rest of the archive: too much before it was left out (9000 bytes)"));
}

TEST_F(ResultsArchive, DeepPathsAndLongNamesAreListed) {
  std::string deep = "results";
  for (int i = 0; i < 40; ++i) deep += "/d";
  ASSERT_TRUE(extract(Tar().file(deep, "x").file("results/" + std::string(300, 'n'), "x").file("results/ok", "x").bytes()));
  EXPECT_FALSE(exists("d"));
  EXPECT_THAT(text("skipped.txt"), HasSubstr("levels deep"));
  EXPECT_THAT(text("skipped.txt"), HasSubstr("longer than 255 bytes"));
}

TEST_F(ResultsArchive, CutAnywhereNeitherCrashesNorEscapes) {
  const std::string bytes =
      Tar().file("results/a", std::string(2000, 'a')).hardlink("results/b", "results/a").file("results/c", "c").bytes();
  for (std::size_t size = 0; size < bytes.size(); size += 97) {
    fs::remove_all(into());
    static_cast<void>(extract(bytes.substr(0, size)));
    if (exists("a")) {  // whole or not at all
      EXPECT_EQ(text("a"), std::string(2000, 'a')) << size;
    }
  }
}

TEST_F(ResultsArchive, NoTarIsAnErrorOrNothing) {
  const auto extracted = extract("<html>" + std::string(5000, 'x'));
  EXPECT_TRUE(!extracted || exists("skipped.txt"));
}

TEST_F(ResultsArchive, BrokenStreamIsAnError) {
  const std::string bytes = Tar().file("results/a", std::string(50000, 'a')).bytes();
  bool first = true;
  const auto extracted = extract_results(
      [&]() -> base::Result<std::string_view> {
        if (!first) return base::failure("connection lost");
        first = false;
        return std::string_view(bytes).substr(0, 10000);
      },
      into());
  ASSERT_FALSE(extracted);
  EXPECT_THAT(extracted.error().message, HasSubstr("connection lost"));
  EXPECT_FALSE(exists("a"));
}

}  // namespace
}  // namespace gpubench::workload
