#include "history/index.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>

#include "base/version.h"
#include "history/listing.h"
#include "sets/saved_set.h"

namespace gpubench::history {
namespace {

namespace fs = std::filesystem;

class Index : public testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(results_);
    for (const char* name : {"a", "b", "c"}) save(name, 3000);
  }
  void TearDown() override { fs::remove_all(results_); }
  void save(const std::string& name, double joules) const {
    fs::create_directories(results_ / name);
    std::ofstream(results_ / name / "metrics.json")
        << R"({"schema_version": 1, "run_id": ")" << name
        << R"(", "benchmark": "x", "elapsed_time": 1.0, "total_energy_joules": )" << joules << "}";
  }
  [[nodiscard]] std::size_t newly_read() const { return read_runs(results_)->read; }
  [[nodiscard]] double joules_of(const std::string& name) const {
    const auto runs = read_runs(results_);
    for (const auto& run : runs->runs)
      if (run.values.id == name) return run.values.figure(compare::Metric::energy)->value;
    return 0;
  }
  fs::path results_ = fs::temp_directory_path() / ("gpubench-index-" + std::to_string(getpid()));
};

TEST_F(Index, IsMadeAndUsed) {
  EXPECT_EQ(newly_read(), 3U);
  EXPECT_TRUE(fs::exists(results_ / kIndexFile));
  EXPECT_EQ(newly_read(), 0U);
}

TEST_F(Index, IsNeverTrustedOverTheRuns) {
  EXPECT_EQ(newly_read(), 3U);
  save("b", 4000.5);
  EXPECT_EQ(joules_of("b"), 4000.5);
  fs::remove_all(results_ / "a");
  EXPECT_EQ(read_runs(results_)->runs.size(), 2U);
  save("d", 5000);
  EXPECT_EQ(joules_of("d"), 5000);
}

TEST_F(Index, DamagedOrOfAnotherVersionIsMadeAgain) {
  for (const std::string& content : {std::string("rubbish"), std::string("iris-gpubench index 3\n{\n[]\n\n"),
                                     std::string("iris-gpubench index 1\n"), std::string(100, '\0')}) {
    std::ofstream(results_ / kIndexFile, std::ios::binary) << content;
    EXPECT_EQ(newly_read(), 3U) << content;
    EXPECT_EQ(newly_read(), 0U);
  }
}

// An older version wrote the same lines in other words.
TEST_F(Index, OfAnotherVersionOfThisToolIsMadeAgain) {
  EXPECT_EQ(newly_read(), 3U);
  std::ifstream file(results_ / kIndexFile);
  std::string text(std::istreambuf_iterator<char>(file), {});
  const std::size_t version = text.find(base::kVersion);
  ASSERT_LT(version, text.find('\n'));
  text.replace(version, std::string_view(base::kVersion).size(), "0.0.9");
  std::ofstream(results_ / kIndexFile, std::ios::binary) << text;
  EXPECT_EQ(newly_read(), 3U);
  EXPECT_EQ(newly_read(), 0U);
}

// Of a, b and c the first is a warm-up run of the set.
TEST_F(Index, ASetIsListedWithItsRuns) {
  sets::RunSet set;
  set.id = "s";
  set.label = "main";
  set.benchmark = "x";
  set.complete = true;
  set.variants = {{"base", "x", "x 1"}};
  set.sittings = {{"2026-11-29T12:00:00.123Z", "node1", "1"}};
  for (const char* run : {"a", "b", "c"}) set.members.push_back({run, sets::Role::counted, {}, "base", set.members.size()});
  set.members.front().role = sets::Role::warmup;
  save("c", 4000);
  fs::create_directories(results_ / "s");
  ASSERT_TRUE(sets::save_set(results_ / "s", set));
  for (const char* how : {"without an index", "with it"}) {
    const auto all = list_all(results_);
    ASSERT_TRUE(all);
    ASSERT_EQ(all->size(), 4U) << how;
    EXPECT_EQ((*all)[0].in.role, "warmup");
    EXPECT_EQ((*all)[1].in.set, "s");
    EXPECT_EQ((*all)[1].joules, 3000) << how;
    const auto& listed = (*all)[3];
    EXPECT_TRUE(listed.is_set());
    EXPECT_EQ(listed.runs, 2U);
    EXPECT_EQ(listed.joules, 3500) << "the mean of those that count";
    EXPECT_EQ(listed.start, "2026-11-29 12:00:00");
    EXPECT_EQ(listed.outcome, "2 runs");
  }
  set.complete = false;
  set.options.runs = 5;
  set.variants.push_back({"against", "x", "x 2"});
  ASSERT_TRUE(sets::save_set(results_ / "s", set));
  EXPECT_EQ(list_all(results_)->back().outcome, "0/5 pairs");
  EXPECT_FALSE(list_all(results_)->back().joules) << "of several variants there is no mean";
  std::ofstream(results_ / "s" / "set.json") << "{";
  EXPECT_FALSE(list_all(results_)->back().why_unknown.empty());
}

TEST_F(Index, AFolderThatCannotBeListed) {
  EXPECT_FALSE(read_runs(results_ / "none"));
}

}  // namespace
}  // namespace gpubench::history
