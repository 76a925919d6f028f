#include "exporting/destination.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exporting/open.h"

namespace gpubench::exporting {
namespace {

using testing::HasSubstr;
using testing::Not;

Destination at(std::string url, std::string user = {}, std::string password = {}, std::string bearer = {}) {
  return {std::move(url), std::move(user), std::move(password), std::move(bearer), {}, {}, {}};
}

std::string url_of(const std::string& url) {
  return endpoints(ProtocolKind::import, url).write;
}

TEST(ImportUrl, AddsTheEndpoint) {
  EXPECT_EQ(url_of("http://vm:8428"), "http://vm:8428/api/v1/import");
  EXPECT_EQ(url_of("https://vm:8428//"), "https://vm:8428/api/v1/import");
  EXPECT_EQ(url_of("https://vm/insert/0/prometheus"), "https://vm/insert/0/prometheus/api/v1/import");
  EXPECT_EQ(url_of("https://172.16.0.1:8247/write"), "https://172.16.0.1:8247/api/v1/import");
  EXPECT_EQ(url_of("https://vm/api/v1/import/"), "https://vm/api/v1/import");
}

TEST(RemoteWriteUrl, KnowsTheEndpointsOfItsReceivers) {
  const auto of = [](const char* url) { return endpoints(ProtocolKind::remote_write, url); };
  EXPECT_EQ(of("http://prom:9090").write, "http://prom:9090/api/v1/write");
  EXPECT_EQ(of("http://prom:9090/").read, "http://prom:9090/api/v1/query");
  EXPECT_EQ(of("http://prom:9090/api/v1/write").read, "http://prom:9090/api/v1/query");
  EXPECT_EQ(of("https://mimir/api/v1/push").write, "https://mimir/api/v1/push");
  EXPECT_EQ(of("https://mimir/api/v1/push").read, "https://mimir/prometheus/api/v1/query");
  EXPECT_EQ(of("https://thanos:19291/api/v1/receive").write, "https://thanos:19291/api/v1/receive");
}

TEST(EndUrl, IsThatOfRemoteWrite) {
  const auto end_of = [](const char* url, ProtocolKind kind) { return endpoints(kind, url).end; };
  EXPECT_EQ(end_of("http://vm:8428/api/v1/import", ProtocolKind::import), "http://vm:8428/api/v1/write");
  EXPECT_EQ(end_of("https://vm/insert/0/prometheus", ProtocolKind::import), "https://vm/insert/0/prometheus/api/v1/write");
  EXPECT_EQ(end_of("http://prom:9090", ProtocolKind::remote_write), "http://prom:9090/api/v1/write");
  EXPECT_EQ(end_of("https://mimir/api/v1/push", ProtocolKind::remote_write), "https://mimir/api/v1/push");
}

TEST(ImportUrl, RefusesWhatIsNoAddress) {
  for (const char* url : {"", "vm:8428", "ftp://vm", "file:///etc/passwd", "http://", "http:///write", "https://:8428",
                          "http://vm/?a=b", "http://vm/#a", "http://v m", "http://vm\n", "http://vm\\evil"}) {
    const auto found = check(at(url));
    ASSERT_FALSE(found) << url;
    EXPECT_THAT(found.error().remedy, HasSubstr("IRIS_GPUBENCH_VICTORIA_URL"));
  }
}

TEST(ImportUrl, RefusesAnAddressWithAPasswordWithoutShowingIt) {
  for (const char* url : {"https://me:hunter2@vm", "https://me:hunter/2@vm", "http://hunter2@vm/write"}) {
    const auto found = check(at(url));
    ASSERT_FALSE(found) << url;
    EXPECT_THAT(found.error().message, Not(HasSubstr("hunter")));
    EXPECT_THAT(found.error().remedy, HasSubstr("MEERKAT_PASSWORD"));
  }
}

TEST(ImportUrl, SecretsGoOverHttpsOrLoopbackOnly) {
  for (const char* url :
       {"https://vm", "http://localhost:8428", "http://127.0.0.1:8428", "http://127.1.2.3", "http://[::1]:8428"}) {
    EXPECT_TRUE(check(at(url, "me", "hunter2"))) << url;
    EXPECT_TRUE(check(at(url, "", "", "token"))) << url;
  }
  for (const char* url :
       {"http://vm", "http://127.0.0.1.evil.org", "http://localhost.evil.org", "http://10.0.0.1", "http://[::2]"}) {
    const auto found = check(at(url, "me", "hunter2"));
    ASSERT_FALSE(found) << url;
    EXPECT_THAT(found.error().message, HasSubstr("unencrypted"));
    EXPECT_THAT(found.error().remedy, HasSubstr("https://"));
    EXPECT_THAT(found.error().message, Not(HasSubstr("hunter2")));
    EXPECT_FALSE(check(at(url, "", "", "token"))) << url;
    EXPECT_TRUE(check(at(url))) << url;
  }
}

TEST(ImportUrl, HalfAnIdentityIsRefused) {
  EXPECT_FALSE(check(at("https://vm", "me", "")));
  EXPECT_FALSE(check(at("https://vm", "", "hunter2")));
  EXPECT_FALSE(check(at("https://vm", "me", "hunter2", "token")));
  EXPECT_FALSE(check(at("https://vm", "", "", "token\r\nX-Evil: 1")));
}

}  // namespace
}  // namespace gpubench::exporting
