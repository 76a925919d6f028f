// Sets in a results folder.
#include "sets/saved_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "sets/named_runs.h"

namespace gpubench::sets {
namespace {

namespace fs = std::filesystem;

class SavedSetTest : public testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(root_);
    fs::create_directories(root_);
  }
  void TearDown() override { fs::remove_all(root_); }
  void save(const std::string& id, const std::string& label) const {
    RunSet set;
    set.id = id;
    set.label = label;
    fs::create_directories(root_ / id);
    ASSERT_TRUE(save_set(root_ / id, set));
  }
  [[nodiscard]] std::string found(const std::string& name) const {
    const auto set = find_set(root_, name);
    if (!set) return "error: " + set.error().message;
    return *set ? (*set)->set.id : "none";
  }
  fs::path root_ = fs::path(testing::TempDir()) / ("gpubench-saved-set-" + std::to_string(getpid()));
};

TEST_F(SavedSetTest, ASetIsFoundByIdPathAndLabel) {
  save("20261129t1-set", "main");
  save("20261129t2-set", "main");
  save("20261129t3-set", "");
  EXPECT_EQ(found("20261129t1-set"), "20261129t1-set");
  EXPECT_EQ(found((root_ / "20261129t1-set").string()), "20261129t1-set");
  EXPECT_EQ(found("main"), "20261129t2-set") << "the newest of the label";
  EXPECT_EQ(found("other"), "none");
  EXPECT_EQ(found(""), "none") << "no label is no name";
  EXPECT_EQ(found("20261129t1"), "20261129t1-set") << "as list shows it";
  EXPECT_EQ(found("20261129"), "none") << "begins several";
  EXPECT_EQ(set_folders(root_).size(), 3U);
}

TEST_F(SavedSetTest, ADamagedSetIsAnErrorWhereItIsNamed) {
  save("good", "main");
  fs::create_directories(root_ / "bad");
  std::ofstream(root_ / "bad" / "set.json") << "{";
  EXPECT_THAT(found("bad"), testing::HasSubstr("bad/set.json: it is damaged"));
  EXPECT_EQ(found("main"), "good") << "and stops nobody elsewhere";
}

TEST_F(SavedSetTest, OneRunForASetIsTheLastThatCounts) {
  RunSet set;
  set.id = "set";
  set.variants = {{"base", "a", "a"}};
  set.sittings = {{}};
  for (const char* run : {"warm", "good", "bad"})
    set.members.push_back({run, Role::counted, {}, "base", set.members.size()});
  set.members[2].role = Role::excluded;
  set.members[2].reasons = {"workload_failed"};
  fs::create_directories(root_ / "set");
  ASSERT_TRUE(save_set(root_ / "set", set));
  EXPECT_EQ(find_counted_run(root_, "set")->run_id, "good");
  set.members.erase(set.members.begin(), set.members.begin() + 2);
  ASSERT_TRUE(save_set(root_ / "set", set));
  EXPECT_FALSE(find_counted_run(root_, "set")) << "none counts";
  fs::create_directories(root_ / "run");
  EXPECT_EQ(find_counted_run(root_, "run")->run_id, "run");
}

TEST_F(SavedSetTest, RunsAreBesideTheSet) {
  save("good", "");
  const auto set = find_set(root_, "good");
  ASSERT_TRUE(set && *set);
  EXPECT_EQ((*set)->run_folder({.run = "one", .variant = ""}), fs::canonical(root_) / "one");
}

}  // namespace
}  // namespace gpubench::sets
