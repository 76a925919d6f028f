#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "workload/docker/engine/registry_login.h"

namespace gpubench::workload {
namespace {

using testing::HasSubstr;

class RegistryLogin : public testing::Test {
 protected:
  RegistryLogin() { std::filesystem::create_directories(folder_); }
  ~RegistryLogin() override { std::filesystem::remove_all(folder_); }
  // The header, decoded; null: none.
  nlohmann::json login(const std::string& image, const std::string& config) {
    std::ofstream(folder_ + "/config.json") << config;
    const auto header = registry_login(image, folder_);
    EXPECT_TRUE(header) << (header ? "" : header.error().message);
    return header && !header->empty() ? nlohmann::json::parse(from_base64(*header)) : nlohmann::json();
  }
  std::string folder_ = testing::TempDir() + "login-" + std::to_string(getpid());
};

TEST_F(RegistryLogin, RegistriesAsDockerNamesThem) {
  EXPECT_EQ(registry_of("debian"), "https://index.docker.io/v1/");
  EXPECT_EQ(registry_of("library/debian:12"), "https://index.docker.io/v1/");
  EXPECT_EQ(registry_of("docker.io/library/debian"), "https://index.docker.io/v1/");
  EXPECT_EQ(registry_of("ghcr.io/a/b@sha256:12"), "ghcr.io");
  EXPECT_EQ(registry_of("localhost/a"), "localhost");
  EXPECT_EQ(registry_of("host:5000/a"), "host:5000");
}

TEST_F(RegistryLogin, FromTheFile) {
  const auto given = login("ghcr.io/a", R"({"auths": {"https://ghcr.io/v1/": {"auth": "dTpwOnE="}}})");  // u:p:q
  EXPECT_EQ(given["username"], "u");
  EXPECT_EQ(given["password"], "p:q");
  EXPECT_EQ(given["serveraddress"], "ghcr.io");
  EXPECT_EQ(login("x/y", R"({"auths": {"https://index.docker.io/v1/": {"identitytoken": "t"}}})")["identitytoken"], "t");
}

TEST_F(RegistryLogin, NoneIsNoError) {
  for (const char* config : {"", "{", "[]", "{}", R"({"auths": 3})", R"({"auths": {"ghcr.io": {}}})",
                             R"({"auths": {"ghcr.io": {"auth": "!"}}})", R"({"auths": {"other.io": {"auth": "dTpw"}}})"})
    EXPECT_TRUE(login("ghcr.io/a", config).is_null()) << config;
  EXPECT_EQ(registry_login("ghcr.io/a", ""), "");
}

TEST_F(RegistryLogin, AHelperThatIsNotThereIsNamed) {
  std::ofstream(folder_ + "/config.json") << R"({"credHelpers": {"ghcr.io": "nowhere"}})";
  EXPECT_THAT(registry_login("ghcr.io/a", folder_).error().message, HasSubstr("docker-credential-nowhere"));
  EXPECT_EQ(registry_login("quay.io/a", folder_), "") << "another registry";
  std::ofstream(folder_ + "/config.json") << R"({"credsStore": "../x"})";
  EXPECT_FALSE(registry_login("ghcr.io/a", folder_));
}

TEST(Base64, BothWays) {
  for (const char* text : {"", "a", "ab", "abc", "\xff\xfe~?>"}) EXPECT_EQ(from_base64(base64_url(text)), text);
  EXPECT_EQ(base64_url("\xff\xfe"), "__4=");
  EXPECT_EQ(from_base64("//4="), "\xff\xfe");
}

}  // namespace
}  // namespace gpubench::workload
