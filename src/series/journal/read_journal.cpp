#include "series/journal/read_journal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <memory>
#include <span>
#include <system_error>
#include <vector>

#include "base/text.h"
#include "platform/files.h"
#include "series/journal/journal_format.h"

namespace gpubench::series {
namespace {

namespace fs = std::filesystem;
namespace jf = journal_format;

constexpr std::uint64_t kLargestSegment = std::uint64_t{64} << 20U;
// A record further on than this does not follow: its bytes only look like a record's head.
constexpr std::uint64_t kFurthestJump = std::uint64_t{1} << 24U;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

std::vector<std::uint32_t> segments_from(const fs::path& folder, std::uint32_t first, std::error_code& error) {
  std::vector<std::uint32_t> numbers;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::uint32_t number = jf::segment_number(entry->path().filename().string());
    if (number >= std::max(first, 1U)) numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

// The readable part of a segment: its header, and what follows from an offset on.
class SegmentBytes {
 public:
  SegmentBytes(const fs::path& path, std::uint64_t begin) : begin_(std::max<std::uint64_t>(begin, jf::kHeaderBytes)) {
    const Descriptor file(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
    struct stat status{};
    if (file.number() < 0 || fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode)) return;
    const std::uint64_t size = std::min(static_cast<std::uint64_t>(status.st_size), kLargestSegment);
    header_bytes_ = read(file.number(), header_, 0);
    if (size <= begin_) return;
    rest_ = std::make_unique_for_overwrite<std::byte[]>(size - begin_);  // NOLINT(*-avoid-c-arrays): no zeros first
    rest_bytes_ = read(file.number(), {rest_.get(), size - begin_}, begin_);
  }

  [[nodiscard]] std::span<const std::byte> header() const { return std::span(header_).first(header_bytes_); }
  // Of the file.
  [[nodiscard]] std::uint64_t bytes() const { return rest_bytes_ > 0 ? begin_ + rest_bytes_ : header_bytes_; }
  // Everything from `offset` on, which is not before the place asked for.
  [[nodiscard]] std::span<const std::byte> from(std::uint64_t offset) const {
    return std::span<const std::byte>(rest_.get(), rest_bytes_).subspan(offset - begin_);
  }

 private:
  static std::size_t read(int file, std::span<std::byte> into, std::uint64_t offset) {
    std::size_t done = 0;
    while (done < into.size()) {
      const ssize_t count = pread(file, into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) break;
      done += static_cast<std::size_t>(count);
    }
    return done;
  }

  std::uint64_t begin_;
  std::array<std::byte, jf::kHeaderBytes> header_{};
  std::size_t header_bytes_ = 0;
  std::unique_ptr<std::byte[]> rest_;  // NOLINT(*-avoid-c-arrays): of a size known when it is read
  std::size_t rest_bytes_ = 0;
};

template <class Decode, class Visit>
bool visit_each(std::span<const std::byte> entries, std::size_t bytes, Decode decode, Visit visit) {
  if (entries.size() % bytes != 0) return false;
  for (std::size_t at = 0; at < entries.size(); at += bytes) {
    const auto value = decode(entries.data() + at);
    if (!value) return false;
    visit(*value);
  }
  return true;
}

template <class T, class Visit>
bool visit_entries(std::span<const std::byte> entries, Visit visit) {
  return visit_each(entries, jf::Entry<T>::kBytes, [](const std::byte* from) { return jf::Entry<T>::decode(from); }, visit);
}

// Readings of another version may have another number of fields.
template <class Visit>
bool visit_readings(std::span<const std::byte> entries, std::size_t fields, Visit visit) {
  using Entry = jf::Entry<meter::GpuReading>;
  return visit_each(
      entries, jf::reading_bytes(fields), [&](const std::byte* from) { return Entry::decode(from, fields); }, visit);
}

// False: not as this version writes it.
bool visit_payload(std::span<const std::byte> payload, JournalVisitor& visitor) {
  const std::size_t gpu = jf::get<std::uint16_t>(payload.data() + 2);
  const auto content = payload.subspan(jf::kPayloadHeadBytes);
  switch (jf::get<jf::Kind>(payload.data())) {
    case jf::Kind::reading:
      return visit_readings(content, jf::reading_fields(payload), [&](const auto& value) { visitor.reading(gpu, value); });
    case jf::Kind::power:
      return visit_entries<meter::PowerSample>(content, [&](const auto& value) { visitor.power(gpu, value); });
    case jf::Kind::counter:
      return visit_entries<meter::CounterReading>(content, [&](const auto& value) { visitor.counter(gpu, value); });
    case jf::Kind::note:
      visitor.note({reinterpret_cast<const char*>(content.data()), content.size()});
      return true;
  }
  return false;
}

// Reads segments in order and counts what it finds.
class Walk {
 public:
  Walk(JournalVisitor& visitor, const JournalCursor& from, std::uint64_t most_bytes, bool being_written)
      : visitor_(visitor), left_(most_bytes), being_written_(being_written) {
    readout_.end = from;
  }

  [[nodiscard]] bool full() const { return left_ == 0; }

  // Where reading goes on in a segment.
  [[nodiscard]] std::uint64_t begin_in(std::uint32_t number) const {
    return number == readout_.end.segment ? readout_.end.offset : 0;
  }

  void segment(std::uint32_t number, const SegmentBytes& segment, bool last) {
    const bool begins = number != readout_.end.segment || readout_.end.offset == 0;
    const auto header = jf::decode_header(segment.header());
    const bool good = header ? fits(*header, number) : !begins || has_record(segment, last);
    if (good && header && header->run_id != readout_.end.run_id) {  // of another run
      readout_.skipped_bytes += segment.bytes();
      return;
    }
    if (!good) {
      (last ? readout_.tail_bytes : readout_.skipped_bytes) += segment.bytes();
      return;
    }
    if (begins) begin(number, header);
    records(segment, last, header.has_value());
  }

  [[nodiscard]] const JournalReadout& readout() const { return readout_; }

 private:
  // Records of this segment that were read before: its first seq may be that much lower than the next one.
  [[nodiscard]] std::uint64_t begun(std::uint32_t number) const {
    return number == readout_.end.segment && readout_.end.offset > 0 ? readout_.end.next_seq : 0;
  }

  [[nodiscard]] bool fits(const jf::Header& header, std::uint32_t number) const {
    return header.version == jf::kVersion && header.segment == number &&
           header.first_seq >= readout_.end.next_seq - begun(number);
  }

  // A damaged header costs nothing: its number is in the segment's name, the seq in each record and the run in its notes.
  [[nodiscard]] bool has_record(const SegmentBytes& segment, bool last) const {
    if (segment.bytes() <= jf::kHeaderBytes || (last && being_written_)) return false;
    const auto rest = segment.from(jf::kHeaderBytes);
    return next(rest, false) || bytes_to_next_record(rest) < rest.size();
  }

  void begin(std::uint32_t number, const std::optional<jf::Header>& header) {
    if (header)
      follow(header->first_seq);
    else
      readout_.skipped_bytes += jf::kHeaderBytes;
    readout_.end.segment = number;
    readout_.end.offset = jf::kHeaderBytes;
  }

  void follow(std::uint64_t seq) {
    readout_.missing_records += seq - readout_.end.next_seq;
    readout_.end.next_seq = seq;
  }

  // `in_step`: the first one follows the one before; so did every record so far.
  void records(const SegmentBytes& segment, bool last, bool in_step) {
    std::uint64_t& offset = readout_.end.offset;
    while (offset < segment.bytes() && !full()) {
      const std::uint64_t before = offset;
      const auto rest = segment.from(offset);
      const auto record = next(rest, in_step);
      in_step = record.has_value();
      if (record) {
        follow(record->seq);
        take(*record);
        offset += jf::kRecordHeadBytes + record->payload.size();
      } else {
        const std::size_t bad = last && being_written_ ? rest.size() : bytes_to_next_record(rest);
        if (last && bad == rest.size()) {
          readout_.tail_bytes += bad;
          return;
        }
        readout_.skipped_bytes += bad;
        offset += bad;
      }
      left_ -= std::min(left_, offset - before);
    }
  }

  [[nodiscard]] std::optional<jf::Record> next(std::span<const std::byte> bytes, bool in_step) const {
    if (bytes.size() < jf::kRecordHeadBytes) return std::nullopt;
    const auto seq = jf::get<std::uint64_t>(bytes.data() + 8);
    const std::uint64_t wanted = readout_.end.next_seq;
    if (in_step ? seq != wanted : seq < wanted || seq - wanted > kFurthestJump) return std::nullopt;
    return jf::decode_record(bytes);
  }

  // All of them where no whole record follows.
  [[nodiscard]] std::size_t bytes_to_next_record(std::span<const std::byte> bytes) const {
    std::size_t at = 1;
    while (at < bytes.size() && !next(bytes.subspan(at), false)) ++at;
    return at;
  }

  void take(const jf::Record& record) {
    readout_.end.next_seq = record.seq + 1;
    visitor_.record(record.seq);
    if (visit_payload(record.payload, visitor_)) {
      ++readout_.records;
    } else {
      readout_.skipped_bytes += jf::kRecordHeadBytes + record.payload.size();
    }
  }

  JournalVisitor& visitor_;
  std::uint64_t left_;  // bytes that may still be read
  const bool being_written_;
  JournalReadout readout_;
};

class Nobody final : public JournalVisitor {
 public:
  void reading(std::size_t /*gpu*/, const meter::GpuReading& /*value*/) override {}
  void power(std::size_t /*gpu*/, const meter::PowerSample& /*value*/) override {}
  void counter(std::size_t /*gpu*/, const meter::CounterReading& /*value*/) override {}
  void note(std::string_view /*text*/) override {}
};

// The run that most segments are of, the first of them where that is undecided.
std::string run_of(const fs::path& folder, const std::vector<std::uint32_t>& numbers) {
  std::map<std::string, std::size_t> segments;
  std::string most;
  for (const std::uint32_t number : numbers) {
    const auto header = jf::decode_header(SegmentBytes(folder / jf::segment_name(number), kLargestSegment).header());
    if (!header || header->version != jf::kVersion) continue;
    const std::size_t count = ++segments[header->run_id];
    if (most.empty() || count > segments[most]) most = header->run_id;
  }
  return most;
}

}  // namespace

base::Result<JournalReadout> read_journal(const fs::path& run_directory, JournalVisitor& visitor, JournalCursor from,
                                          std::uint64_t most_bytes) {
  const fs::path folder = run_directory / jf::kFolder;
  std::error_code error;
  const std::vector<std::uint32_t> numbers = segments_from(folder, from.segment, error);
  if (error) return base::failure("no journal in " + run_directory.string() + ": " + error.message());
  if (from.run_id.empty()) from.run_id = run_of(folder, numbers);
  Walk walk(visitor, from, most_bytes, journal_in_use(run_directory));
  for (const std::uint32_t number : numbers) {
    if (walk.full()) break;
    walk.segment(number, SegmentBytes(folder / jf::segment_name(number), walk.begin_in(number)), number == numbers.back());
  }
  return walk.readout();
}

base::Result<JournalReadout> check_journal(const fs::path& run_directory) {
  Nobody nobody;
  return read_journal(run_directory, nobody);
}

std::string damage_text(const JournalReadout& readout) {
  if (readout.missing_records == 0 && readout.skipped_bytes == 0) return {};
  const std::string records = readout.missing_records == 1 ? " record is" : " records are";
  return std::to_string(readout.missing_records) + records + " missing from the journal (" +
         std::to_string(readout.skipped_bytes) + " bytes are damaged)";
}

std::string damage_of_closed(const JournalReadout& readout) {
  std::string text = damage_text(readout);
  if (readout.tail_bytes > 0)
    base::add_item(text,
                   "the last " + std::to_string(readout.tail_bytes) + " bytes of the journal are incomplete or damaged");
  return text;
}

bool journal_in_use(const fs::path& run_directory) {
  const Descriptor folder(open((run_directory / jf::kFolder).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return platform::is_locked_elsewhere(folder.number());
}

bool has_journal(const fs::path& run_directory) {
  std::error_code error;
  return fs::is_directory(run_directory / jf::kFolder, error);
}

}  // namespace gpubench::series
