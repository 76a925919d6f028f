// `doctor` and `clean`: what a scripted machine offers, and containers that were left.
#include <nlohmann/json.hpp>

#include "cli/exit_codes.h"
#include "platform/process.h"
#include "support/http_stub/http_stub.h"
#include "support/places/places.h"
#include "unit/commands/command_test.h"

namespace gpubench::commands {
namespace {

using support::StubConnection;
using support::StubRequest;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
namespace fs = std::filesystem;
using Words = std::vector<std::string>;

class DoctorTest : public CommandTest {
 protected:
  DoctorTest() { set("PATH", folder_.string()); }  // no gnuplot
  // The checks by name. No driver: that alone is quick.
  static std::map<std::string, nlohmann::json> checks(const Words& more = {"--no_network"}) {
    Words words{"doctor", "--json", "--meter", "replay:missing.trace"};
    words.insert(words.end(), more.begin(), more.end());
    std::map<std::string, nlohmann::json> by_name;
    for (const auto& check : nlohmann::json::parse(say(words).out)) by_name[check["name"]] = check;
    return by_name;
  }
};

TEST_F(DoctorTest, AMachineWithoutADriverIsBad) {
  const Said said = say({"doctor", "--no_network"});
  EXPECT_EQ(said.code, 1);
  EXPECT_THAT(said.out, StartsWith("bad       "));
  EXPECT_THAT(said.out, HasSubstr("\ndoubtful  there is no gnuplot: runs have no plot\n          -> install gnuplot-nox"));
}

TEST_F(DoctorTest, AReplayIsDoubtfulAndRunsWork) {
  const Said said = say({"doctor", "--no_network", "--meter", "replay:" + support::source_folder() + "/traces/h200.trace"});
  EXPECT_EQ(said.code, 0) << said.out;
  EXPECT_THAT(said.out, AllOf(HasSubstr("a replay is no measurement"), HasSubstr("GPU 0: NVIDIA H200, energy counter")));
}

TEST_F(DoctorTest, TheResultsFolderMustBeOneThatCanBeWritten) {
  write(folder_ / "file", "x");
  fs::create_symlink("nowhere", folder_ / "dangling");
  fs::create_directory(folder_ / "good");
  fs::create_directory_symlink("good", folder_ / "link");
  struct Case {
    std::string folder;
    bool bad;
  };
  for (const Case& one : {Case{"good", false},
                          {"link", false},
                          {"new/deep", false},
                          {"file", true},
                          {"file/below", true},
                          {"dangling", true},
                          {"dangling/below", true}}) {
    const auto check = checks({"--no_network", "--results_dir", one.folder})["permissions"];
    EXPECT_EQ(check["health"] == "bad", one.bad) << one.folder << check;
    EXPECT_EQ(check["remedy"] == "choose a folder with --results-dir", one.bad) << one.folder;
  }
  EXPECT_FALSE(fs::exists("new")) << "nothing is changed on the machine";
}

TEST_F(DoctorTest, TheNetworkIsNotAskedWhereItMayNotBe) {
  set("IRIS_GPUBENCH_VICTORIA_URL", "http://127.0.0.1:9");
  auto quiet = checks();
  EXPECT_EQ(quiet["carbon_service"]["health"], "skipped");
  EXPECT_EQ(quiet["database"]["text"], "the metrics database was not asked");
  set("IRIS_GPUBENCH_VICTORIA_URL", "");
  EXPECT_THAT(checks()["database"]["text"], HasSubstr("IRIS_GPUBENCH_VICTORIA_URL"));
}

TEST_F(DoctorTest, ServersThatAnswerAreJudgedByWhatTheyAreFor) {
  const support::HttpStub server([](const StubRequest&) { return support::stub_answer(404, "{}"); });
  set("IRIS_GPUBENCH_VICTORIA_URL", server.url());
  set("IRIS_GPUBENCH_CARBON_URL", server.url());
  auto found = checks({});
  EXPECT_EQ(found["database"]["text"], "the metrics database answers (status 404)") << "it is there";
  EXPECT_EQ(found["carbon_service"]["health"], "doubtful") << "and this one does not do what is asked";
  EXPECT_THAT(found["carbon_service"]["remedy"], HasSubstr("iris-gpubench recarbon RUN corrects it later"));
}

// A node of a cluster: nothing to advise there.
TEST_F(DoctorTest, ApptainerNeedsNeitherASocketNorAToolkit) {
  set("DOCKER_HOST", "unix://" + (folder_ / "none.sock").string());
  EXPECT_EQ(checks()["engine"]["health"], "doubtful");
  write(folder_ / "apptainer", "");
  auto found = checks();
  EXPECT_EQ(found["engine"]["text"], "apptainer can run images that are files or folders; no Docker or Podman answers");
  EXPECT_EQ(found["engine"]["health"], "good");
  EXPECT_NE(found["toolkit"]["health"], "doubtful") << found["toolkit"];
}

TEST_F(DoctorTest, TheLocaleDecidesHowCurvesAreDrawn) {
  for (const char* name : {"LC_CTYPE", "LANG"}) set(name, "");
  for (const auto& [locale, health] : std::map<std::string, std::string>{{"C", "doubtful"}, {"de_DE.utf8", "good"}}) {
    set("LC_ALL", locale);
    EXPECT_EQ(checks()["locale"]["health"], health) << locale;
  }
}

// It is sent to others: nothing in it may say whose machine this is.
TEST_F(DoctorTest, TheReportHasNoPrivateNames) {
  const support::HttpStub carbon([](const StubRequest&) { return support::stub_answer(404, "{}"); });
  set("IRIS_GPUBENCH_CARBON_URL", carbon.url());
  set("USER", "jane-doe");
  set("DOCKER_HOST", "tcp://127.0.0.3:9");
  set("IRIS_GPUBENCH_VICTORIA_URL", "http://127.0.0.2:9/tenant");
  const fs::path secret = folder_ / "secret-project";
  write(folder_ / "jane-doe" / "file", "x");
  const std::string results = (folder_ / "jane-doe" / "file").string();
  const Said said =
      say({"doctor", "--report", "doctor.json", "--results_dir", results, "--meter", "replay:" + secret.string()});
  EXPECT_EQ(said.code, 1);
  EXPECT_THAT(said.err, HasSubstr("written: doctor.json (read it before you send it)"));
  const std::string report = text_of(folder_ / "doctor.json");
  EXPECT_THAT(said.out, HasSubstr("127.0.0.2")) << "the terminal shows all";
  for (const std::string& name : {folder_.string(), std::string("jane-doe"), platform::host_name(), std::string("127.0.0.2"),
                                  std::string("127.0.0.3"), std::string("tenant")})
    EXPECT_THAT(report, Not(HasSubstr(name)));
  EXPECT_TRUE(nlohmann::json::accept(report));
}

TEST_F(DoctorTest, AReportThatCannotBeWritten) {
  for (const std::string& file : {folder_.string(), std::string("missing/doctor.json")}) {
    const Said said = say({"doctor", "--no_network", "--meter", "replay:x", "--report", file});
    EXPECT_EQ(said.code, cli::kCannotRun) << file;
    EXPECT_THAT(said.err, HasSubstr("could not write"));
  }
}

// An engine on a socket, with these containers, as JSON.
class CleanTest : public CommandTest {
 protected:
  void engine(const std::string& containers, int removal = 204) {
    engine_.reset();
    engine_ = std::make_unique<support::HttpStub>(
        (folder_ / "engine.sock").string(), [containers, removal](const StubRequest& request, StubConnection& connection) {
          const bool is_list = request.target.find("/containers/json") != std::string::npos;
          if (is_list)
            connection.send(support::stub_answer(200, containers));
          else if (request.method == "DELETE")
            connection.send(support::stub_answer(removal, removal == 204 ? "" : R"({"message": "it is stuck"})"));
          else
            connection.send(
                support::stub_answer(200, R"({"ApiVersion": "1.41", "Version": "20.10"})", "Api-Version: 1.41\r\n"));
        });
    set("DOCKER_HOST", "unix://" + (folder_ / "engine.sock").string());
  }
  static std::string container(const std::string& id, const std::string& owner) {
    const nlohmann::json one{{"Id", id},
                             {"Names", {"/left-" + id}},
                             {"Image", "train"},
                             {"Status", "Exited (0)"},
                             {"Labels", {{"iris-gpubench.run", "r"}, {"iris-gpubench.owner", owner}}}};
    return one.dump();
  }
  [[nodiscard]] std::vector<std::string> removed() const {
    std::vector<std::string> targets;
    for (const StubRequest& request : engine_->requests())
      if (request.method == "DELETE") targets.push_back(request.target);
    return targets;
  }
  std::unique_ptr<support::HttpStub> engine_;
};

TEST_F(CleanTest, WithoutAnEngineItCannot) {
  const Said said = say({"clean"});
  EXPECT_EQ(said.code, cli::kCannotRun);
  EXPECT_THAT(said.err, HasSubstr("/nonexistent/docker.sock"));
  EXPECT_EQ(say({"clean", "--all", "all"}).code, cli::kUsageError);
}

TEST_F(CleanTest, NothingIsNothing) {
  engine("[]");
  EXPECT_EQ(say({"clean"}).out, "nothing to clean\n");
  engine(R"([{"Id": "ab12", "Names": ["/users"], "Labels": {"other": "x"}}, {"Id": "../x", "Labels": {}}])");
  EXPECT_EQ(say({"clean", "--all"}).out, "nothing to clean\n") << "containers of others are not touched";
  EXPECT_TRUE(removed().empty());
}

TEST_F(CleanTest, AContainerGoesOnceItsRunHas) {
  engine("[" + container("aa11", platform::own_identity()) + "," + container("bb22", "unreadable") + "]");
  const Said said = say({"clean"});
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("kept: left-aa11 (train, Exited (0)): its run is alive\n"));
  EXPECT_THAT(said.out, HasSubstr("left-bb22"));
  const Said all = say({"clean", "--all"});
  EXPECT_THAT(all.out, AllOf(HasSubstr("kept: left-aa11"), HasSubstr("removed: left-bb22")))
      << "never one whose run is alive";
}

TEST_F(CleanTest, AnEngineThatRefusesIsSaid) {
  engine("[" + container("bb22", "unreadable") + "]", 400);
  const Said said = say({"clean", "--all"});
  EXPECT_EQ(said.code, cli::kCannotRun);
  EXPECT_THAT(said.err, AllOf(HasSubstr("left-bb22"), HasSubstr("it is stuck")));
  engine("{");
  EXPECT_THAT(say({"clean"}).err, HasSubstr("the engine's list of containers is not valid"));
}

}  // namespace
}  // namespace gpubench::commands
