#include "remote/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/version.h"
#include "support/scripted_ssh.h"

namespace gpubench::remote {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class ProgramTest : public testing::Test {
 protected:
  void SetUp() override { write(fs::path("own"), "iris-gpubench " + std::string(base::kVersion)); }
  void write(const fs::path& name, const std::string& version) const {
    ssh.write_program(ssh.folder() / name, "echo '" + version + "'\n");
  }
  base::Result<std::string> bring(const Luggage& luggage) {
    return bring_program(host, luggage, -1, [this](const std::string& text) { said += text; });
  }

  support::ScriptedSsh ssh;
  Host host = *Host::named("gpu-host", ssh.program());
  std::string said;
};

TEST_F(ProgramTest, IsBroughtOnce) {
  const auto luggage = pack_program(ssh.folder() / "own");
  ASSERT_TRUE(luggage) << luggage.error().message;
  EXPECT_EQ(luggage->name.size(), std::string(base::kVersion).size() + 1 + 64);
  const auto brought = bring(*luggage);
  ASSERT_TRUE(brought) << brought.error().message;
  EXPECT_EQ(*brought, (ssh.home() / ".cache/iris-gpubench/programs" / luggage->name / "bin/iris-gpubench").string());
  EXPECT_THAT(said, HasSubstr("copying the program"));
  said.clear();
  EXPECT_EQ(*bring(*luggage), *brought);
  EXPECT_EQ(said, "");
  EXPECT_EQ(pack_program(ssh.folder() / "own")->name, luggage->name) << "the same program has the same name";
}

TEST_F(ProgramTest, OfAnArchiveAllIsBrought) {
  const fs::path home = ssh.folder() / "opt/lib/iris-gpubench";
  for (const char* name : {"loader", "programs", "lib"}) fs::create_directories(home / name);
  fs::create_directories(ssh.folder() / "opt/bin");
  write("opt/bin/iris-gpubench", "iris-gpubench " + std::string(base::kVersion));
  write("opt/lib/iris-gpubench/loader/iris-gpubench", "the loader");
  const auto luggage = pack_program(home / "loader/iris-gpubench");
  ASSERT_TRUE(luggage) << luggage.error().message;
  const auto brought = bring(*luggage);
  ASSERT_TRUE(brought) << brought.error().message;
  EXPECT_TRUE(fs::exists(fs::path(*brought).parent_path() / "../lib/iris-gpubench/loader/iris-gpubench"));
}

TEST_F(ProgramTest, WhatArrivesDamagedIsNotKept) {
  auto luggage = pack_program(ssh.folder() / "own");
  luggage->archive[600] = 'X';
  const auto brought = bring(*luggage);
  ASSERT_FALSE(brought);
  EXPECT_THAT(brought.error().message, HasSubstr("cannot be unpacked"));
  EXPECT_TRUE(fs::is_empty(ssh.home() / ".cache/iris-gpubench/programs"));
}

TEST_F(ProgramTest, OneThatIsThereMustRunAndBeThisVersion) {
  const auto check = [&](const std::string& path) { return check_program(host, path, -1); };
  EXPECT_EQ(*check((ssh.folder() / "own").string()), (ssh.folder() / "own").string());
  ssh.write_program(ssh.home() / "mine", "echo iris-gpubench " + std::string(base::kVersion));
  EXPECT_EQ(*check("~/mine"), (ssh.home() / "mine").string());
  EXPECT_THAT(check("/nowhere/x").error().message, HasSubstr("there is no program /nowhere/x"));
  write("old", "iris-gpubench 0.0.1");
  EXPECT_THAT(check((ssh.folder() / "old").string()).error().message, HasSubstr("another version: iris-gpubench 0.0.1"));
}

}  // namespace
}  // namespace gpubench::remote
