// The names of a job's folder and of its parts' runs.
#include "parts/part.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

namespace gpubench::parts {
namespace {

namespace fs = std::filesystem;

// As Open MPI 5 names its jobs: what differs stands at the end.
std::string long_group(const std::string& end) {
  return "openmpi-prterun-login-node-17.cluster.department.university.example.org-" + end;
}

TEST(Part, AGroupsFolderHasSmallLettersDigitsAndHyphens) {
  EXPECT_EQ(id_of("Job-A.1"), "job-a-1");
  EXPECT_EQ(id_of("openmpi-77@1"), "openmpi-77-1");
}

TEST(Part, LongNamesStayApart) {
  const std::string first = id_of(long_group("1234@1"));
  const std::string second = id_of(long_group("1235@1"));
  EXPECT_LE(first.size(), 64U);
  EXPECT_NE(first, second);
  EXPECT_EQ(first, id_of(long_group("1234@1")));
  EXPECT_EQ(id_of(first), first) << "a folder's name is its own";
}

TEST(Part, RunsOfLongNamesStayApart) {
  const fs::path results = fs::temp_directory_path() / ("gpubench-part-" + std::to_string(getpid()));
  const auto run_of = [&](const std::string& end, const std::string& node) {
    Part part;
    part.group = long_group(end);
    part.node = node;
    part.node_number = 3;
    const auto made = make_part_directory(results, part);
    EXPECT_TRUE(made && made->run_id.size() <= 64) << made->run_id;
    return made->run_id;
  };
  const std::string first = run_of("1234@1", "n3");
  EXPECT_NE(first, run_of("1235@1", "n3"));
  EXPECT_NE(first, run_of("1234@1", "n3")) << "a second one of the same node";
  const std::string node = "compute-node-0017.rack-04.cluster.department.university.example.org";
  EXPECT_NE(run_of("1234@1", node), run_of("1234@1", node));
  fs::remove_all(results);
}

}  // namespace
}  // namespace gpubench::parts
