#include "exporting/receiver.h"

#include <utility>

#include "exporting/answer.h"

namespace gpubench::exporting {
namespace {

constexpr std::size_t kLargestAnswer = std::size_t{64} << 10U;
// A chunk that is read back is half a megabyte; as JSON in memory an answer takes up to twenty times its size.
constexpr std::size_t kLargestReadBack = std::size_t{4} << 20U;

}  // namespace

Receiver::Receiver(platform::HttpClient& http, std::unique_ptr<const Protocol> protocol, DestinationSource source,
                   Destination destination)
    : http_(&http), protocol_(std::move(protocol)), source_(std::move(source)), destination_(std::move(destination)) {}

base::Result<platform::HttpResponse> Receiver::perform(platform::HttpRequest request, base::Duration timeout) {
  request.timeout = timeout;
  request.give_up = give_up_;
  request.ca_file = destination_.ca_file;
  request.client_cert_file = destination_.client_cert_file;
  request.client_key_file = destination_.client_key_file;
  if (!destination_.user.empty()) request.basic_auth = {destination_.user, destination_.password};
  if (!destination_.bearer.empty()) request.headers.emplace_back("Authorization", "Bearer " + destination_.bearer);
  return http_->perform(request);
}

Attempt Receiver::write(platform::HttpRequest packed, base::Duration timeout) {
  packed.max_body_bytes = kLargestAnswer;
  auto answer = perform(std::move(packed), timeout);
  if (!answer) return {Verdict::later, 0, answer.error().message, {}, {}};
  return {protocol_->judge(*answer), answer->status, answer_text(*answer), answer->body, answer->header("retry-after")};
}

base::Result<Stored> Receiver::read(const ReadBackRange& range, base::Duration timeout) {
  platform::HttpRequest request = protocol_->read_request(range);
  request.max_body_bytes = kLargestReadBack;
  const auto answer = perform(std::move(request), timeout);
  if (!answer) return base::failure(answer.error());
  if (answer->status != 200) return base::failure(answer_text(*answer));
  return protocol_->read_answer(answer->body);
}

void Receiver::renew() {
  if (auto renewed = source_()) destination_ = std::move(*renewed);
}

}  // namespace gpubench::exporting
