#include "workload/docker/engine/archive_download.h"

#include <chrono>

namespace gpubench::workload {
namespace {

using namespace std::chrono_literals;

constexpr auto kArchiveWithin = 30s;
constexpr auto kLongestSilence = 60s;
constexpr std::size_t kMaxArchiveRefusal = 4096;

}  // namespace

base::Result<bool> ArchiveDownload::open(const std::string& container, const std::string& path) {
  const auto take = [this](int status, std::string_view piece) {
    if (status == 200) {
      pieces_.emplace_back(piece);
      return true;
    }
    refusal_.append(piece.substr(0, kMaxArchiveRefusal));
    return refusal_.size() < kMaxArchiveRefusal;
  };
  const auto opened = engine_.streams().open(
      engine_.endless_request("GET", "/containers/" + container + "/archive?path=" + url_encoded(path)), take);
  if (!opened) return base::failure(opened.error());
  id_ = *opened;
  const auto status = engine_.wait_for_status(id_, kArchiveWithin);
  if (!status) return base::failure(status.error());
  if (*status == 200) return true;
  if (*status == 404) return false;
  if (!engine_.streams().state(id_).finished) engine_.streams().pump(1s, -1);
  return base::failure("the engine did not send " + path + ": " + engine_words(refusal_));
}

base::Result<std::string_view> ArchiveDownload::next() {
  const base::SteadyTime deadline = clock_.now() + kLongestSilence;
  if (engine_.is_interrupted()) return base::failure("interrupted");
  while (pieces_.empty() && !engine_.streams().state(id_).finished) {
    if (clock_.now() >= deadline) return base::failure("the engine stopped sending");
    if (engine_.is_interrupted()) return base::failure("interrupted");
    engine_.streams().pump(1s, -1);
  }
  if (!pieces_.empty()) {
    current_ = std::move(pieces_.front());
    pieces_.pop_front();
    return std::string_view(current_);
  }
  if (const auto error = engine_.streams().state(id_).error) return base::failure(*error);
  return std::string_view();
}

}  // namespace gpubench::workload
