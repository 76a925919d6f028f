// `export` of saved runs: what it refuses, what it sends, and how its counts become an exit status.
#include "cli/exit_codes.h"
#include "commands/export_saved_run.h"
#include "support/saved_runs/saved_runs.h"
#include "unit/commands/command_test.h"

namespace gpubench::commands {
namespace {

using support::Until;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

TEST(ExportCounts, AreCompleteOnlyWhenAllIsReadBackOfAWholeJournal) {
  const auto counted = [](std::uint64_t recorded, std::uint64_t accepted, std::uint64_t verified, std::string damage = {}) {
    SavedRunExported exported;
    exported.outcome.recorded = recorded;
    exported.outcome.accepted = accepted;
    exported.outcome.verified = verified;
    exported.damage = std::move(damage);
    return exported;
  };
  EXPECT_TRUE(is_complete(counted(5, 5, 5)));
  EXPECT_TRUE(is_complete(counted(0, 0, 0)));
  EXPECT_FALSE(is_complete(counted(5, 4, 4)));
  EXPECT_FALSE(is_complete(counted(5, 5, 4)));
  EXPECT_FALSE(is_complete(counted(5, 5, 5, "3 bytes are damaged")));
  SavedRunExported short_of = counted(12345, 12000, 11000, "3 bytes are damaged");
  short_of.outcome.destination = "http://db";
  short_of.outcome.reason = "the server is gone";
  short_of.outcome.pending = 345;
  EXPECT_EQ(export_text(short_of),
            "Export to http://db\n"
            "  recorded           12345\n  accepted           12000\n  verified           11000\n"
            "  pending              345\n  quarantined            0\n"
            "  the server is gone\n  3 bytes are damaged: their values are not counted and were not sent\n");
}

class ExportTest : public CommandTest {
 protected:
  static Said send(const std::string& run, const std::vector<std::string>& more = {}) {
    std::vector<std::string> words{"export", run, "--export_settle", "0", "--patience", "0"};
    words.insert(words.end(), more.begin(), more.end());
    return say(words);
  }
};

TEST_F(ExportTest, AnAddressThatIsNoneIsRefusedBeforeAnythingIsSent) {
  support::save_journal(results_, {"run"});
  const auto before = contents(results_);
  struct Case {
    std::string url;
    std::string says;
  };
  for (const Case& one : {Case{"", "no address of a metrics database to export to\n  set IRIS_GPUBENCH_VICTORIA_URL"},
                          {"ftp://db", "begins with neither https:// nor http://"},
                          {"http://", "is not of the form https://host:port/path"},
                          {"http://db?x=1", "is not of the form"},
                          {"http://user:word@db", "contains a user or a password"}}) {
    set("IRIS_GPUBENCH_VICTORIA_URL", one.url);
    const Said said = send("run");
    EXPECT_EQ(said.code, cli::kCannotRun) << one.url;
    EXPECT_THAT(said.err, AllOf(HasSubstr(one.says), Not(HasSubstr("word@")))) << one.url;
    EXPECT_EQ(said.out, "");
  }
  EXPECT_EQ(contents(results_), before);
}

TEST_F(ExportTest, RunsThatCannotBeSent) {
  set("IRIS_GPUBENCH_VICTORIA_URL", "http://127.0.0.1:9");
  support::save_metrics(results_, "bare", 3000);
  fs::create_directories(results_ / "empty");
  write(results_ / "damaged" / "journal" / "00000001.journal", "rubbish");
  for (const char* run : {"bare", "empty"}) EXPECT_THAT(send(run).err, HasSubstr("there is no journal in ")) << run;
  const Said damaged = send("damaged");
  EXPECT_EQ(damaged.code, cli::kCannotRun);
  EXPECT_THAT(damaged.err, HasSubstr("damaged"));
  EXPECT_EQ(send("bare", {"--export_protocol", "carrier_pigeon"}).code, cli::kUsageError);
  EXPECT_THAT(send("bare", {"--export_protocol", "carrier_pigeon"}).err, HasSubstr("import or remote_write"));
}

}  // namespace
}  // namespace gpubench::commands
