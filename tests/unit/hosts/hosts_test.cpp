#include "hosts/hosts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>

#include "base/version.h"
#include "support/scripted_ssh.h"

namespace gpubench::hosts {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// What stands in for the program there: "EXIT-CODE [GROUP]".
constexpr const char* kProgram = R"sh(
[ "$1" = --version ] && { echo iris-gpubench VERSION; exit 0; }
results=$2 group=$4
run=$results/the-run
[ -z "$group" ] || run=$results/$group/nodes/a-node
mkdir -p "$run"
ln -s the-run "$results/latest"
echo begun
echo "the log is $run/log" >&2
trap 'echo asked; exit 130' INT
while [ -e "$HOME/wait" ]; do sleep 0.1; done
echo content >"$run/log"
exit "$3"
)sh";

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

class HostsTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string program = kProgram;
    program.replace(program.find("VERSION"), 7, base::kVersion);
    ssh.write_program(ssh.folder() / "program", program);
  }
  HostOrder order(const std::string& name, std::vector<std::string> words) const {
    HostOrder order{*remote::Host::named("g" + name, ssh.program()), name};
    order.words = std::move(words);
    order.program = (ssh.folder() / "program").string();
    return order;
  }
  fs::path results() const { return ssh.folder() / "results"; }
  std::vector<HostEnd> run(const std::vector<HostOrder>& orders) {
    return run_on_hosts(orders, results(), signals, console);
  }
  // Ctrl-C, once the run "one" has begun.
  [[nodiscard]] std::thread interrupting_once_it_runs() const {
    return std::thread([output = ssh.home() / ".cache/iris-gpubench/runs/one/output"] {
      for (int i = 0; i < 200 && text_of(output).empty(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(50));
      platform::interrupt_self();
    });
  }
  bool is_left_there(const std::string& name) const { return fs::exists(ssh.home() / ".cache/iris-gpubench/runs" / name); }

  support::ScriptedSsh ssh;
  platform::SignalQueue signals;
  Console console{true, true};
};

TEST_F(HostsTest, ResultsAreFetchedAndRemovedThere) {
  const auto ends = run({order("one", {"4"})});
  ASSERT_EQ(ends.size(), 1U);
  EXPECT_EQ(ends[0].exit_code, 4);
  EXPECT_EQ(ends[0].folder, results() / "the-run");
  EXPECT_EQ(text_of(results() / "the-run/log"), "content\n");
  EXPECT_FALSE(is_left_there("one"));
  EXPECT_FALSE(fs::exists(results() / ".fetch-one"));
}

// A machine that has busybox and nothing else.
TEST_F(HostsTest, ASmallSystemWillDo) {
  const fs::path programs = ssh.folder() / "programs";
  fs::create_directories(programs);
  for (const char* name : {"sh",    "dd",  "mkdir", "cat",  "grep",      "setsid", "mv", "wc",     "tail",  "head",
                           "sleep", "tar", "tr",    "find", "sha256sum", "rm",     "ls", "mktemp", "chmod", "ln"})
    fs::create_symlink("/bin/busybox", programs / name);
  ssh.look_in(programs);
  std::ofstream(ssh.home() / "wait") << "";
  std::thread user = interrupting_once_it_runs();
  HostOrder brought = order("one", {"0"});
  const auto luggage = remote::pack_program(brought.program);
  ASSERT_TRUE(luggage) << luggage.error().message;
  brought.luggage = &*luggage;
  const auto ends = run({brought});
  user.join();
  EXPECT_EQ(ends[0].exit_code, 130);
  EXPECT_EQ(ends[0].folder, results() / "the-run");
  EXPECT_FALSE(is_left_there("one"));
}

TEST_F(HostsTest, PartsLieSideBySideWithTheirNumbers) {
  HostOrder first = order("one", {"0", "job"});
  HostOrder second = order("two", {"3", "job"});
  first.part = 0;
  second.part = 1;
  const auto ends = run({first, second});
  EXPECT_EQ(ends[0].exit_code, 0);
  EXPECT_EQ(ends[1].exit_code, 3);
  for (const HostEnd& end : ends) EXPECT_EQ(end.job, results() / "job");
  EXPECT_EQ(ends[1].folder, results() / "job/nodes/1-a-node");
  EXPECT_TRUE(fs::exists(results() / "job/nodes/0-a-node/log"));
}

TEST_F(HostsTest, CutsAreSurvived) {
  std::ofstream(ssh.home() / "wait") << "";
  std::thread trouble([&] {
    const auto until = [&](auto condition) {
      for (int i = 0; i < 200 && !condition(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    };
    until([&] { return is_left_there("one") && fs::exists(ssh.home() / ".cache/iris-gpubench/runs/one/pid"); });
    ssh.cut_after(40);
    fs::remove(ssh.home() / "wait");
  });
  const auto ends = run({order("one", {"0"})});
  trouble.join();
  EXPECT_EQ(ends[0].exit_code, 0);
  EXPECT_EQ(text_of(results() / "the-run/log"), "content\n");
}

TEST_F(HostsTest, ASignalReachesEachHost) {
  std::ofstream(ssh.home() / "wait") << "";
  std::thread user = interrupting_once_it_runs();
  const auto ends = run({order("one", {"0"})});
  user.join();
  EXPECT_EQ(ends[0].exit_code, 130);
}

TEST_F(HostsTest, AHostThatIsNotThereHasNoCode) {
  ssh.refuse("No route to host\n");
  const auto ends = run({order("one", {"0"})});
  EXPECT_FALSE(ends[0].exit_code);
  EXPECT_TRUE(ends[0].folder.empty());
}

TEST_F(HostsTest, ARunIsTakenUpAgainByItsName) {
  const remote::Host host = *remote::Host::named("g", ssh.program());
  remote::FarOrder far{"one", 1, (ssh.folder() / "program").string(), {"3", "job"}};
  ASSERT_TRUE(remote::FarRun::start(host, far, -1));
  const HostEnd end = attach_to_host(host, "one", results(), signals, console);
  EXPECT_EQ(end.exit_code, 3);
  EXPECT_EQ(end.folder, results() / "job/nodes/1-a-node") << "it keeps its number";
  EXPECT_FALSE(attach_to_host(host, "one", results(), signals, console).exit_code) << "it is no longer there";
  EXPECT_FALSE(attach_to_host(host, "../x", results(), signals, console).exit_code);
}

TEST(LinesTest, AreHandedOnWhole) {
  std::vector<std::string> lines;
  Lines cut([&](std::string_view line) { lines.emplace_back(line); });
  cut.add("a\nb");
  cut.add("c\n\nd");
  cut.flush();
  cut.flush();
  EXPECT_THAT(lines, testing::ElementsAre("a\n", "bc\n", "\n", "d\n"));
}

TEST(MailboxTest, IsReadableWhileSignalsWait) {
  Mailbox mailbox;
  EXPECT_FALSE(mailbox.take());
  mailbox.post(2);
  mailbox.post(15);
  EXPECT_EQ(mailbox.take(), 2);
  EXPECT_EQ(mailbox.take(), 15);
  EXPECT_FALSE(mailbox.take());
}

}  // namespace
}  // namespace gpubench::hosts
