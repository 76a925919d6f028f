#include "remote/host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/scripted_ssh.h"

namespace gpubench::remote {
namespace {

using testing::HasSubstr;
using testing::Not;

class HostTest : public testing::Test {
 protected:
  support::ScriptedSsh ssh;
  Host host = *Host::named("gpu-host", ssh.program());
};

TEST_F(HostTest, ArgumentsAndDataArriveAsTheyAre) {
  Call call{"printf '<%s>' \"$@\"; cat; echo trouble >&2; return 5", {"a b", "it's", "$HOME", "", "two\nlines"}};
  call.data = "data\n'$x";
  ssh.print_at_login("Welcome!\n");
  const auto answer = host.call(call, -1);
  ASSERT_TRUE(answer) << answer.error().error.message;
  EXPECT_EQ(answer->output, "<a b><it's><$HOME><><two\nlines>data\n'$x");
  EXPECT_EQ(answer->error, "trouble\n");
  EXPECT_EQ(answer->code, 5);
}

TEST_F(HostTest, AnyLoginShellWillDo) {
  for (const char* shell : {"/bin/dash", "/bin/bash", "/usr/bin/zsh", "/usr/bin/fish", "/usr/bin/tcsh"}) {
    if (!std::filesystem::exists(shell)) continue;
    ssh.log_in_with(shell);
    Call call{"printf '<%s>' \"$@\"; cat", {"it's", "!x", "two\nlines", "\\\\"}};
    call.data = "data";
    const auto answer = host.call(call, -1);
    ASSERT_TRUE(answer) << shell;
    EXPECT_EQ(answer->output, "<it's><!x><two\nlines><\\\\>data") << shell;
  }
}

TEST_F(HostTest, SshIsAskedForNothingThatCanHangOrTrustAnybody) {
  ASSERT_TRUE(host.call({"true", {"secret"}}, -1));
  const std::string words = ssh.words();
  EXPECT_THAT(words, HasSubstr("-T\n-o\nBatchMode=yes\n"));
  EXPECT_THAT(words, HasSubstr("--\ngpu-host\n"));
  EXPECT_THAT(words, Not(HasSubstr("StrictHostKeyChecking")));
  EXPECT_THAT(words, Not(HasSubstr("secret")));
}

TEST_F(HostTest, ANameThatSshWouldTakeForAnOptionIsRefused) {
  for (const char* name : {"", "-oProxyCommand=x", "two words", "two\nlines"}) EXPECT_FALSE(Host::named(name)) << name;
  EXPECT_TRUE(Host::named("user@host.example.org"));
}

TEST_F(HostTest, WhyThereIsNoAnswer) {
  ssh.refuse("Welcome\nuser@gpu-host: Permission denied (publickey).\n");
  auto answer = host.call({"true"}, -1);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().error.message, "gpu-host cannot be reached: user@gpu-host: Permission denied (publickey)");
  EXPECT_THAT(answer.error().error.remedy, HasSubstr("BatchMode"));
  EXPECT_EQ(answer.error().why, Why::unreachable);
  ssh.refuse("Host key verification failed.\n");
  EXPECT_THAT(host.call({"true"}, -1).error().error.remedy, HasSubstr("accept the key"));
  ssh.refuse("");
  ssh.cut_after(60);
  EXPECT_EQ(host.call({"yes | head -n 1000"}, -1).error().error.message, "the connection to gpu-host was lost");
  const auto none = Host::named("x", "/nowhere/ssh")->call({"true"}, -1);
  EXPECT_EQ(none.error().why, Why::refused);
}

TEST_F(HostTest, ASilentHostIsGivenUp) {
  Call call{"sleep 20"};
  call.patience = std::chrono::milliseconds(300);
  EXPECT_EQ(host.call(call, -1).error().why, Why::unreachable);
}

TEST_F(HostTest, TheLastActComesAfterTheAnswer) {
  Call call{"echo answered"};
  call.then = "touch \"$HOME/done\"";
  EXPECT_EQ(host.call(call, -1)->output, "answered\n");
  EXPECT_TRUE(std::filesystem::exists(ssh.home() / "done"));
  call.script = "return 1";
  call.then = "touch \"$HOME/never\"";
  EXPECT_EQ(host.call(call, -1)->code, 1);
  EXPECT_FALSE(std::filesystem::exists(ssh.home() / "never"));
}

}  // namespace
}  // namespace gpubench::remote
