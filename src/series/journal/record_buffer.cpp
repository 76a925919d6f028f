#include "series/journal/record_buffer.h"

#include <utility>

namespace gpubench::series {

namespace jf = journal_format;

namespace {

// A damaged record costs at most this much: a second or two of one GPU's power samples.
constexpr std::size_t kFullRecord = 2048;
constexpr std::size_t kSequenceAt = 8;

}  // namespace

bool RecordBuffer::add(jf::Kind kind, std::uint16_t gpu, std::span<const std::byte> entry) {
  if (bytes_.size() + entry.size() > limit_) return false;
  if (open_ && (kind != kind_ || gpu != gpu_ || bytes_.size() - open_at_ + entry.size() > kFullRecord)) seal();
  if (!open_) begin(kind, gpu);
  bytes_.insert(bytes_.end(), entry.begin(), entry.end());
  return true;
}

bool RecordBuffer::add_note(std::string_view text) {
  if (text.size() > jf::kLargestPayload - jf::kPayloadHeadBytes || bytes_.size() + text.size() > limit_) return false;
  if (open_) seal();
  begin(jf::Kind::note, 0);
  const auto bytes = std::as_bytes(std::span(text));
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  seal();
  return true;
}

void RecordBuffer::begin(jf::Kind kind, std::uint16_t gpu) {
  open_ = true;
  open_at_ = bytes_.size();
  kind_ = kind;
  gpu_ = gpu;
  bytes_.resize(bytes_.size() + jf::kRecordHeadBytes + jf::kPayloadHeadBytes);
  jf::put(bytes_.data() + open_at_ + kSequenceAt, next_seq_++);
  std::byte* payload = bytes_.data() + open_at_ + jf::kRecordHeadBytes;
  jf::put(payload, kind);
  jf::put(payload + jf::kFieldsAt, kind == jf::Kind::reading ? jf::kFieldsWritten : std::uint8_t{0});
  jf::put(payload + 2, gpu);
}

void RecordBuffer::seal() {
  jf::finish_record(std::span(bytes_).subspan(open_at_));
  open_ = false;
}

void RecordBuffer::take(RecordBatch& batch) {
  if (open_) seal();
  std::swap(batch.bytes, bytes_);
  bytes_.clear();
  batch.first_seq = std::exchange(first_seq_, next_seq_);
}

}  // namespace gpubench::series
