// What comes from another machine: an answer between its marks, and the frames of a run that is followed. Where the bytes
// are cut makes no difference.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "remote/answer.h"
#include "remote/follow.h"
#include "slots_check.h"

namespace {

using namespace gpubench;

struct Read {
  std::string text;
  std::optional<int> code;
  remote::Progress progress;
  bool operator==(const Read& other) const {
    return text == other.text && code == other.code && progress.output == other.progress.output &&
           progress.errors == other.progress.errors;
  }
};

template <class Reader>
void feed(Reader& reader, std::string_view bytes, std::size_t piece) {
  for (std::size_t at = 0; at < bytes.size(); at += piece) reader.take(bytes.substr(at, piece));
}

Read answer_in(std::string_view bytes, std::size_t piece) {
  Read read;
  remote::AnswerReader reader([&read](std::string_view part) { read.text += part; });
  feed(reader, bytes, piece);
  read.code = reader.finish();
  if (!read.code) read.text.clear();  // how much of a cut answer was handed on may differ
  return read;
}

Read frames_in(std::string_view bytes, std::size_t piece) {
  Read read;
  const auto take = [&read](std::string_view part) { read.text += part; };
  const remote::Listener listener{take, take, [] {}};
  remote::FollowReader reader(read.progress, listener);
  feed(reader, bytes, piece);
  if (reader.end()) read.code = reader.end()->code.value_or(-1);
  return read;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  fuzz::require(frames_in(text, 1) == frames_in(text, 1000));
  const std::string framed = remote::begin_mark() + "\n" + std::string(text) + "\n" + remote::end_mark() + " 3\n";
  const Read whole = answer_in(framed, 1000);
  fuzz::require(whole == answer_in(framed, 1) && whole.code == 3);
  static_cast<void>(answer_in(text, 7));
  return 0;
}
