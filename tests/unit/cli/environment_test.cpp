#include "cli/environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

namespace gpubench::cli {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// Sets variables for the test's time.
class EnvironmentTest : public testing::Test {
 protected:
  ~EnvironmentTest() override {
    for (const std::string& name : set_) unsetenv(name.c_str());
  }
  void set(const std::string& name, const std::string& value) {
    setenv(name.c_str(), value.c_str(), 1);
    set_.insert(name);
  }
  std::set<std::string> set_;
};

TEST_F(EnvironmentTest, EachVariableReachesItsOwnField) {
  Environment environment;
  std::set<const std::string*> fields;
  for (const Variable& known : variables(environment)) {
    EXPECT_TRUE(fields.insert(known.field).second) << known.names.front();
    set(known.names.front(), "value of " + std::string(known.names.front()));
  }
  Environment read = read_environment();
  for (const Variable& known : variables(read)) EXPECT_EQ(*known.field, "value of " + std::string(known.names.front()));
}

TEST_F(EnvironmentTest, ThePredecessorsNamesComeSecond) {
  set("MEERKAT_URL", "http://old");
  EXPECT_EQ(read_environment().metrics_database.url, "http://old");
  set("IRIS_GPUBENCH_VICTORIA_URL", "http://new");
  EXPECT_EQ(read_environment().metrics_database.url, "http://new");
  set("IRIS_GPUBENCH_VICTORIA_URL", "");  // as if it was not set
  EXPECT_EQ(read_environment().metrics_database.url, "http://old");
}

TEST_F(EnvironmentTest, SecretsAreNotHandedOn) {
  set("GPUBENCH_TEST_VARIABLE", "1");
  set("MEERKAT_PASSWORD", "1");
  for (const char* name : {"VICTORIA_PASSWORD", "VICTORIA_TOKEN", "ELECTRICITY_MAPS_TOKEN", "WATTTIME_PASSWORD"})
    set(std::string("IRIS_GPUBENCH_") + name, "1");
  set("IRIS_GPUBENCH_VICTORIA_PASSWORD_FILE", "/file");
  const auto all = read_environment().all;
  EXPECT_THAT(all, Contains("GPUBENCH_TEST_VARIABLE=1"));
  EXPECT_THAT(all, Contains("IRIS_GPUBENCH_VICTORIA_PASSWORD_FILE=/file"));
  EXPECT_THAT(all, Not(Contains(HasSubstr("_PASSWORD="))));
  EXPECT_THAT(all, Not(Contains(HasSubstr("_TOKEN="))));
}

TEST_F(EnvironmentTest, NothingOfTheArchivesLauncherIsHandedOn) {
  set("SSL_CERT_FILE", "");  // this machine may have them
  set("CURL_CA_BUNDLE", "");
  set("IRIS_GPUBENCH_ARCHIVE_CA_FILE", "/packed");
  set("IRIS_GPUBENCH_ARCHIVE_KEPT_LD_PRELOAD", "/lib/users.so");
  const Environment environment = read_environment();
  EXPECT_EQ(environment.ca_file, "/packed");
  EXPECT_THAT(environment.all, Contains("LD_PRELOAD=/lib/users.so"));
  EXPECT_THAT(environment.all, Not(Contains(HasSubstr("_ARCHIVE_"))));
  set("SSL_CERT_FILE", "/users");
  EXPECT_EQ(read_environment().ca_file, "/users");
}

TEST_F(EnvironmentTest, SecretsKnowTheirVariables) {
  const Environment environment = read_environment();
  EXPECT_EQ(environment.metrics_database.token.variable, "IRIS_GPUBENCH_VICTORIA_TOKEN");
  EXPECT_EQ(environment.carbon.watttime_password.variable, "IRIS_GPUBENCH_WATTTIME_PASSWORD");
}

TEST_F(EnvironmentTest, TheTerminalsAbilities) {
  set("NO_COLOR", "1");
  set("TERM", "xterm-256color");
  EXPECT_EQ(read_environment().colours, 0);
  set("NO_COLOR", "");
  EXPECT_EQ(read_environment().colours, 256);
  EXPECT_FALSE(read_environment().dumb_terminal);
  set("TERM", "dumb");
  EXPECT_TRUE(read_environment().dumb_terminal);
  set("LC_ALL", "en_GB.UTF-8");
  EXPECT_TRUE(read_environment().utf8);
  set("LC_ALL", "C");
  EXPECT_FALSE(read_environment().utf8);
}

TEST_F(EnvironmentTest, TheCacheIsInAFolderOfItsOwn) {
  set("XDG_CACHE_HOME", "/cache");
  EXPECT_EQ(read_environment().carbon.cache_folder, "/cache/iris-gpubench");
  set("XDG_CACHE_HOME", "relative");
  EXPECT_THAT(read_environment().carbon.cache_folder, Not(StartsWith("relative")));
}

TEST(EnvironmentHelp, TellsOfThoseForUsersOnly) {
  const std::string help = environment_help();
  EXPECT_THAT(help, StartsWith("Environment:\n"));
  EXPECT_THAT(help, HasSubstr("IRIS_GPUBENCH_VICTORIA_URL "));
  EXPECT_THAT(help, HasSubstr("--export-to-victoria (or MEERKAT_URL)\n"));
  EXPECT_THAT(help, HasSubstr("IRIS_GPUBENCH_WATTTIME_USERNAME"));
  EXPECT_THAT(help, Not(HasSubstr("IRIS_GPUBENCH_NVML")));
}

}  // namespace
}  // namespace gpubench::cli
