// An HttpClient whose answers are written by the test.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "platform/http_client.h"

namespace gpubench::support {

class ScriptedHttp final : public platform::HttpClient {
 public:
  using Answer = base::Result<platform::HttpResponse>;

  // Answers in this order; the last one for ever.
  explicit ScriptedHttp(std::vector<Answer> answers) : answers_(std::move(answers)) {}
  explicit ScriptedHttp(std::function<Answer(const platform::HttpRequest&)> answer) : answer_(std::move(answer)) {}

  Answer perform(const platform::HttpRequest& request) override {
    requests.push_back(request);
    if (answer_) return answer_(request);
    return answers_[std::min(requests.size(), answers_.size()) - 1];
  }

  std::vector<platform::HttpRequest> requests;

 private:
  std::vector<Answer> answers_;
  std::function<Answer(const platform::HttpRequest&)> answer_;
};

inline ScriptedHttp::Answer http_answer(int status, std::string body = {}) {
  return platform::HttpResponse{status, {}, std::move(body)};
}

}  // namespace gpubench::support
