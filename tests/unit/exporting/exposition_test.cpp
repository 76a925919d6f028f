#include "exporting/scrape/exposition.h"

#include <gtest/gtest.h>

#include <limits>
#include <set>

namespace gpubench::exporting {
namespace {

const std::vector<Meaning> kMeanings{
    {"a_watts", "gauge", "First."}, {"b_total", "counter", "Second."}, {"c", "gauge", "Third."}};

TEST(Exposition, NamesTogetherInTheOrderOfTheirMeanings) {
  const std::vector<CurrentValue> values{{{"b_total", {{"gpu", "0"}}}, 2},
                                         {{"a_watts", {{"gpu", "0"}, {"host", "h"}}}, 71.25},
                                         {{"b_total", {{"gpu", "1"}}}, 1e9},
                                         {{"nobody_knows", {}}, 1},
                                         {{"a_watts", {}}, -0.5}};
  EXPECT_EQ(exposition(values, kMeanings),
            "# HELP a_watts First.\n# TYPE a_watts gauge\n"
            "a_watts{gpu=\"0\",host=\"h\"} 71.25\na_watts -0.5\n"
            "# HELP b_total Second.\n# TYPE b_total counter\n"
            "b_total{gpu=\"0\"} 2\nb_total{gpu=\"1\"} 1e+09\n");
}

TEST(Exposition, LabelValuesAreEscaped) {
  const std::vector<CurrentValue> values{{{"c", {{"x", "a\"b\\c\nd{},=\xC3\xA9"}}}, 1}};
  EXPECT_EQ(exposition(values, kMeanings), "# HELP c Third.\n# TYPE c gauge\nc{x=\"a\\\"b\\\\c\\nd{},=\xC3\xA9\"} 1\n");
}

TEST(Exposition, NothingIsAnEmptyPage) {
  EXPECT_EQ(exposition({}, kMeanings), "");
}

TEST(Exposition, EveryReadingHasAMeaning) {
  RunLabels run;
  run.run_id = "run";
  run.gpus.resize(1);
  std::set<std::string_view> known;
  for (const Meaning& meaning : meanings()) {
    EXPECT_TRUE(known.insert(meaning.name).second) << meaning.name;
    EXPECT_EQ(meaning.type == "counter", meaning.name.ends_with("_total")) << meaning.name;
    EXPECT_FALSE(meaning.help.empty());
  }
  std::vector<Series> all = reading_series(run, run.gpus[0], Names::standard);
  all.insert(all.end(), {energy_series(run, run.gpus[0]), run_info_series(run), emissions_series(run),
                         energy_so_far_series(run, run.gpus[0]), event_series(run, kRunStart), event_series(run, kRunEnd),
                         carbon_intensity_series(run, "region", "kind", "source")});
  for (const Series& series : all) EXPECT_TRUE(known.contains(series.name)) << series.name;
}

}  // namespace
}  // namespace gpubench::exporting
