#include "platform/gzip_stream.h"

#include <libdeflate.h>
#include <zlib.h>

#include <array>
#include <locale>
#include <memory>
#include <new>
#include <streambuf>

namespace gpubench::platform {
namespace {

// The fastest: a day of eight GPUs is 1.5 GB of text, for which the default level takes three times as long.
constexpr int kLevel = Z_BEST_SPEED;
constexpr int kFastest = 1;           // of libdeflate's levels
constexpr int kGzipWindow = 15 + 16;  // zlib's way to ask for gzip's frame
constexpr int kMemoryLevel = 8;

class GzipBuffer final : public std::streambuf {
 public:
  explicit GzipBuffer(std::ostream& out) : out_(out) {
    if (deflateInit2(&stream_, kLevel, Z_DEFLATED, kGzipWindow, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK)
      throw std::bad_alloc();  // its only failure with constant arguments
    setp(plain_.data(), plain_.data() + plain_.size());
  }
  ~GzipBuffer() override { deflateEnd(&stream_); }
  GzipBuffer(const GzipBuffer&) = delete;
  GzipBuffer& operator=(const GzipBuffer&) = delete;

  void finish() { compress(Z_FINISH); }

 protected:
  int_type overflow(int_type byte) override {
    compress(Z_NO_FLUSH);
    if (!out_) return traits_type::eof();
    if (!traits_type::eq_int_type(byte, traits_type::eof())) sputc(traits_type::to_char_type(byte));
    return traits_type::not_eof(byte);
  }

 private:
  void compress(int flush) {
    stream_.next_in = reinterpret_cast<Bytef*>(pbase());
    stream_.avail_in = static_cast<uInt>(pptr() - pbase());
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(packed_.data());
      stream_.avail_out = static_cast<uInt>(packed_.size());
      deflate(&stream_, flush);
      out_.write(packed_.data(), static_cast<std::streamsize>(packed_.size() - stream_.avail_out));
    } while (stream_.avail_out == 0);
    setp(plain_.data(), plain_.data() + plain_.size());
  }

  std::ostream& out_;
  z_stream stream_{};
  std::array<char, 65536> plain_{};
  std::array<char, 65536> packed_{};
};

}  // namespace

void write_gzip(std::ostream& out, const std::function<void(std::ostream&)>& write) {
  GzipBuffer buffer(out);
  std::ostream plain(&buffer);
  plain.imbue(std::locale::classic());
  write(plain);
  buffer.finish();
}

std::string gzip_bytes(std::string_view bytes) {
  const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor(
      libdeflate_alloc_compressor(kFastest), libdeflate_free_compressor);
  if (!compressor) throw std::bad_alloc();
  std::string packed(libdeflate_gzip_compress_bound(compressor.get(), bytes.size()), '\0');
  packed.resize(libdeflate_gzip_compress(compressor.get(), bytes.data(), bytes.size(), packed.data(), packed.size()));
  return packed;
}

}  // namespace gpubench::platform
