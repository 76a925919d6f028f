#include "report/site/site_page.h"

#include <gtest/gtest.h>

#include "support/contains.h"

namespace gpubench::report {
namespace {

using support::contains;

TEST(SitePage, NothingOfARunLeavesItsScript) {
  const std::string page = site_page("Runs", R"([{"benchmark":"</script><script>alert(1)</script>"}])");
  EXPECT_TRUE(contains(page, R"([{"benchmark":"\u003c/script>\u003cscript>alert(1)\u003c/script>"}])"));
}

TEST(SitePage, TheTitleIsText) {
  EXPECT_TRUE(contains(site_page("a <b> & c", "[]"), "<title>a &lt;b> &amp; c</title>"));
}

TEST(SitePage, NeedsNothingFromElsewhere) {
  const std::string page = site_page("Runs", "[]");
  for (const char* address : {"https://", "src=", "href=\"/", "@import"}) EXPECT_FALSE(contains(page, address)) << address;
  EXPECT_FALSE(contains(page, "http://") && !contains(page, "http://www.w3.org/2000/svg"));
}

}  // namespace
}  // namespace gpubench::report
