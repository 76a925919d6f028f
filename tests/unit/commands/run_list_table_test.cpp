#include "commands/run_list_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace gpubench::commands {
namespace {

runs::ListedRun run(const std::string& id) {
  runs::ListedRun one;
  one.id = id;
  one.benchmark = "simulate";
  one.gpu_name = "NVIDIA H200";
  one.seconds = 754;
  one.kilowatt_hours = 0.01;
  one.outcome = "complete";
  return one;
}

std::size_t widest(const std::string& text) {
  std::istringstream lines(text);
  std::size_t most = 0;
  for (std::string line; std::getline(lines, line);) most = std::max(most, line.size());
  return most;
}

TEST(RunListTable, SetsAndTheirRunsFitInEightyColumns) {
  runs::ListedRun set = run("20261129t074844-662515816z-set-simulate");
  set.runs = 10;
  set.label = "a label that is much too long for its column";
  set.outcome = "10 runs";
  runs::ListedRun member = run("20261129t074844-672515816z-simulate");
  member.in = {set.id, "base", "counted"};
  runs::ListedRun bad = run("20261129t074855-172515816z-simulate");
  bad.in = {set.id, "base", "excluded"};
  bad.outcome = "FAILED";
  const std::vector<runs::ListedRun> all{set, member, bad};
  const std::string text = run_list(all, all);
  EXPECT_EQ(text,
            "Run                   Benchmark      GPU             Time    Energy  Outcome\n"
            "20261129t074844-66    a label th...  H200        12.6 min   36.0 kJ  10 runs\n"
            "  20261129t074844-67  simulate       H200        12.6 min   36.0 kJ  counted\n"
            "  20261129t074855     simulate       H200        12.6 min   36.0 kJ  FAILED\n");
  EXPECT_LE(widest(text), 80U);
}

TEST(RunListTable, AShortIdNamesOneOfAllThatAreThere) {
  const std::vector<runs::ListedRun> all{run("20261129t074844-1"), run("20261129t074844-2")};
  EXPECT_NE(run_list({all[0]}, all).find("20261129t074844-1"), std::string::npos) << "though the other is not shown";
  EXPECT_EQ(run_list({all[0]}, {all[0]}).find("20261129t074844-1"), std::string::npos);
}

}  // namespace
}  // namespace gpubench::commands
