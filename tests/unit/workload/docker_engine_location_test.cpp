#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "platform/process.h"
#include "workload/docker/engine/address.h"
#include "workload/docker/engine/location.h"
#include "workload/docker/own_containers.h"

namespace gpubench::workload {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class EngineLocationTest : public testing::Test {
 protected:
  EngineLocationTest() : root_("/tmp/engine-" + std::to_string(getpid())) {
    fs::remove_all(root_);
    hints_.config_folder = root_ / "home/.docker";
    fs::create_directories(hints_.config_folder);
  }
  ~EngineLocationTest() override { fs::remove_all(root_); }
  void file(const std::string& path, const std::string& content) const {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << content;
  }
  void socket_at(const std::string& path) const {
    fs::create_directories((root_ / path).parent_path());
    const std::string name = root_ / path;
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::copy(name.begin(), name.end(), std::begin(address.sun_path));
    ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ::close(fd);
  }
  void context(const std::string& folder, const std::string& name, const std::string& host) const {
    file("home/.docker/contexts/meta/" + folder + "/meta.json",
         R"({"Name":")" + name + R"(","Endpoints":{"docker":{"Host":")" + host + R"(","SkipTLSVerify":false}}})");
  }
  [[nodiscard]] std::string host() const {
    const auto found = locate_engine(hints_, root_.string());
    EXPECT_TRUE(found) << (found ? "" : found.error().message);
    return found ? found->host : "";
  }
  fs::path root_;
  EngineHints hints_;
};

TEST_F(EngineLocationTest, NothingToldIsTheDefault) {
  EXPECT_EQ(host(), "");
}

TEST_F(EngineLocationTest, OrderOfDockersOwnClient) {
  context("aa", "lab", "unix:///lab.sock");
  context("bb", "gpu", "ssh://me@gpu");
  file("home/.docker/config.json", R"({"currentContext":"lab"})");
  EXPECT_EQ(host(), "unix:///lab.sock");
  hints_.context = "gpu";
  EXPECT_EQ(host(), "ssh://me@gpu");
  hints_.context = "default";
  EXPECT_EQ(host(), "");
  hints_.host = "tcp://127.0.0.1:5";
  EXPECT_EQ(host(), "tcp://127.0.0.1:5");
}

TEST_F(EngineLocationTest, UnknownOrBrokenContextIsAnError) {
  hints_.context = "nowhere";
  EXPECT_THAT(locate_engine(hints_, root_.string()).error().message, HasSubstr("nowhere"));
  file("home/.docker/contexts/meta/cc/meta.json", "{broken");
  EXPECT_FALSE(locate_engine(hints_, root_.string()));
}

TEST_F(EngineLocationTest, CertificatesOfContextAndEnvironment) {
  context("aa", "lab", "tcp://lab:2376");
  for (const char* name : {"ca.pem", "cert.pem", "key.pem"})
    file(std::string("home/.docker/contexts/tls/aa/docker/") + name, "x");
  hints_.context = "lab";
  EXPECT_THAT(locate_engine(hints_, root_.string())->tls.cert, HasSubstr("tls/aa/docker/cert.pem"));
  hints_.host = "tcp://host";
  EXPECT_FALSE(locate_engine(hints_, root_.string())->tls.any());
  hints_.tls_verify = "1";
  EXPECT_THAT(locate_engine(hints_, root_.string()).error().message, HasSubstr("ca.pem"));
  for (const char* name : {"ca.pem", "cert.pem", "key.pem"}) file(std::string("certs/") + name, "x");
  hints_.cert_path = root_ / "certs";
  EXPECT_THAT(locate_engine(hints_, root_.string())->tls.key, HasSubstr("certs/key.pem"));
  hints_.host = "unix:///x.sock";
  EXPECT_FALSE(locate_engine(hints_, root_.string())->tls.any());
}

TEST_F(EngineLocationTest, RootlessSocketsWhereThereIsNoOther) {
  hints_.runtime_dir = "/run/user/5";
  socket_at("run/podman/podman.sock");
  EXPECT_EQ(host(), "unix:///run/podman/podman.sock");
  socket_at("run/user/5/podman/podman.sock");
  EXPECT_EQ(host(), "unix:///run/user/5/podman/podman.sock");
  socket_at("run/user/5/docker.sock");
  EXPECT_EQ(host(), "unix:///run/user/5/docker.sock");
  socket_at("var/run/docker.sock");
  EXPECT_EQ(host(), "");
}

TEST(DockerHostTls, HttpsAndItsPort) {
  const TlsFiles tls{"ca", "cert", "key"};
  EXPECT_EQ(parse_docker_host("tcp://host", tls)->base_url, "https://host:2376");
  EXPECT_TRUE(parse_docker_host("tcp://host", tls)->is_remote());
  EXPECT_FALSE(parse_docker_host("tcp://localhost:1", tls)->is_remote());
}

TEST(SshCommand, UserPortAndSocket) {
  EXPECT_THAT(*ssh_command("ssh://me@gpu.example:2222"),
              ElementsAre("ssh", "-T", "-o", "ConnectTimeout=8", "-o", "BatchMode=yes", "-l", "me", "-p", "2222", "--",
                          "gpu.example", "docker", "system", "dial-stdio"));
  EXPECT_THAT(*ssh_command("ssh://gpu"), ElementsAre("ssh", "-T", "-o", "ConnectTimeout=8", "-o", "BatchMode=yes", "--",
                                                     "gpu", "docker", "system", "dial-stdio"));
  const auto with_socket = *ssh_command("ssh://gpu/run/user/5/docker.sock");
  EXPECT_EQ(with_socket.at(with_socket.size() - 3), "unix:///run/user/5/docker.sock");
  EXPECT_TRUE(parse_docker_host("ssh://gpu")->is_remote());
  EXPECT_EQ(parse_docker_host("ssh://gpu")->text(), "ssh://gpu");
}

TEST(SshCommand, NothingThatCouldBeAnOptionOrAShellWord) {
  for (const char* address :
       {"ssh://", "ssh://-oProxyCommand=x", "ssh://-x@gpu", "ssh://@gpu", "ssh://gpu:", "ssh://gpu:x", "ssh://gpu;ls",
        "ssh://a b", "ssh://$(ls)", "ssh://gpu/a;ls", "ssh://gpu/a b", "ssh://gpu/`x`"})
    EXPECT_FALSE(ssh_command(address)) << address;
}

TEST(OwnContainers, OnlyLabelledOnesWithSaneIds) {
  const auto list = parse_own_containers(R"([
    {"Id":"abc123","Names":["/iris-gpubench-r1"],"Image":"img","Status":"Up 3 hours",
     "Labels":{"iris-gpubench.run":"r1","iris-gpubench.owner":"h b n 1 2"}},
    {"Id":"abc124","Names":[],"Image":"img","Status":"Created","Labels":{"iris-gpubench.run":"r2"}},
    {"Id":"abc125","Labels":{"other":"x"}}, {"Id":"../x","Labels":{"iris-gpubench.run":"r"}}, {"Labels":null}, 5])");
  ASSERT_TRUE(list);
  ASSERT_EQ(list->size(), 2U);
  EXPECT_EQ(list->at(0).name, "iris-gpubench-r1");
  EXPECT_EQ(list->at(0).owner, "h b n 1 2");
  EXPECT_EQ(list->at(1).name, "abc124");
  EXPECT_FALSE(parse_own_containers("{}"));
}

// Its owner's label names another start of "this" machine: a virtual machine of the same host name, say, that was given the
// engine's socket.
TEST(OwnContainers, OneThatRunsIsNoneFromBeforeThisMachineStarted) {
  const auto presence = [](const std::string& state) {
    const std::string owner = platform::host_name() + " another-boot pid:[4026531836] 1 1";
    const auto list = parse_own_containers(
        R"([{"Id":"abc123",)" + state + R"("Labels":{"iris-gpubench.run":"r1","iris-gpubench.owner":")" + owner + "\"}}]");
    EXPECT_TRUE(list && list->size() == 1);
    return platform::presence_of(list->at(0).owner, !list->at(0).may_be_elsewhere);
  };
  for (const char* state : {"running", "paused", "restarting", "created", "of a later engine"})
    EXPECT_EQ(presence(R"("State":")" + std::string(state) + "\","), platform::Presence::unknown) << state;
  EXPECT_EQ(presence(""), platform::Presence::unknown) << "an engine that does not say";
  EXPECT_EQ(presence(R"("State":"exited",)"), platform::Presence::gone);
  EXPECT_EQ(presence(R"("State":"dead",)"), platform::Presence::gone);
}

}  // namespace
}  // namespace gpubench::workload
