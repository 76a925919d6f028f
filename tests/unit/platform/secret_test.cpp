#include "platform/secret.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace gpubench::platform {
namespace {

using base::Secret;
using testing::HasSubstr;

class SecretTest : public testing::Test {
 protected:
  ~SecretTest() override { unlink(path_.c_str()); }
  Secret in_file(const std::string& text) {
    std::ofstream(path_, std::ios::binary) << text;
    return {"TOKEN", "", path_};
  }
  std::string path_ = testing::TempDir() + "secret-" + std::to_string(getpid());
};

TEST_F(SecretTest, TheValueComesBeforeTheFile) {
  Secret secret = in_file("of the file");
  EXPECT_EQ(read_secret(secret).value(), "of the file");
  secret.value = "of the variable";
  EXPECT_EQ(read_secret(secret).value(), "of the variable");
}

TEST_F(SecretTest, WhatIsNotSetIsEmptyAndNoError) {
  EXPECT_FALSE(Secret{}.is_set());
  EXPECT_EQ(read_secret({"TOKEN", "", ""}).value(), "");
}

TEST_F(SecretTest, IsTheFirstLineWithoutItsEnd) {
  EXPECT_EQ(read_secret(in_file("one two \r\nthree\n")).value(), "one two");
  EXPECT_EQ(read_secret(in_file("pässword")).value(), "pässword");
  EXPECT_EQ(read_secret(in_file("\xEF\xBB\xBFpassword\n")).value(), "password");  // a mark of the editor
}

TEST_F(SecretTest, IsReadAgainEachTime) {
  const Secret secret = in_file("old\n");
  EXPECT_EQ(read_secret(secret).value(), "old");
  in_file("new\n");
  EXPECT_EQ(read_secret(secret).value(), "new");
}

TEST_F(SecretTest, WhatCannotBeOneIsNamedAndNotShown) {
  EXPECT_THAT(read_secret({"TOKEN", "", path_ + ".missing"}).error().message, HasSubstr("TOKEN_FILE"));
  EXPECT_FALSE(read_secret(in_file("")));
  EXPECT_FALSE(read_secret(in_file(" \n")));
  EXPECT_FALSE(read_secret(in_file(std::string(5000, 'x'))));
  const auto broken = read_secret({"TOKEN", "abc\r\nHost: elsewhere", ""});
  ASSERT_FALSE(broken);
  EXPECT_THAT(broken.error().message, HasSubstr("TOKEN"));
  EXPECT_EQ(broken.error().message.find("abc"), std::string::npos);
}

}  // namespace
}  // namespace gpubench::platform
