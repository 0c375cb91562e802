#include "metadata/exif.hpp"

#include <array>
#include <cstring>

namespace caseframe {
namespace {

// Tags of Exif 2.32, 4.6.3 (of TIFF's own: 4.6.4), by its names and in its order, which is that of the file.
enum Tag : std::uint16_t {
  kImageDescription = 0x010E,
  kOrientation = 0x0112,
  kXResolution = 0x011A,
  kYResolution = 0x011B,
  kResolutionUnit = 0x0128,
  kSoftware = 0x0131,
  kDateTime = 0x0132,
  kYCbCrPositioning = 0x0213,
  kExifIfdPointer = 0x8769,

  kExifVersion = 0x9000,
  kDateTimeOriginal = 0x9003,
  kDateTimeDigitized = 0x9004,
  kOffsetTime = 0x9010,
  kOffsetTimeOriginal = 0x9011,
  kOffsetTimeDigitized = 0x9012,
  kComponentsConfiguration = 0x9101,
  kSubSecTime = 0x9290,
  kSubSecTimeOriginal = 0x9291,
  kSubSecTimeDigitized = 0x9292,
  kFlashpixVersion = 0xA000,
  kColorSpace = 0xA001,
  kPixelXDimension = 0xA002,
  kPixelYDimension = 0xA003,
  kImageUniqueId = 0xA420,
};

enum Type : std::uint16_t { kAscii = 2, kShort = 3, kLong = 4, kRational = 5, kUndefined = 7 };

constexpr std::uint32_t kTiffHeaderSize = 8;
constexpr std::uint32_t kEntrySize = 12;
constexpr std::uint32_t kInlineSize = 4;

// TIFF 6.0, section 2: 12 bytes in the directory, and what does not fit into the last four of them behind it.
struct Entry {
  Tag tag;
  Type type;
  std::uint32_t count;
  std::string_view data;  // an ASCII value without its NUL; SHORT, LONG: nothing
  std::uint32_t value;    // left-justified, as it stands in the file

  [[nodiscard]] std::uint32_t size() const {
    return static_cast<std::uint32_t>(data.size()) + (type == kAscii ? 1 : 0);
  }
  // Values begin at even offsets.
  [[nodiscard]] std::uint32_t size_behind() const { return size() <= kInlineSize ? 0 : (size() + 1) & ~1U; }
};

Entry ascii(Tag tag, std::string_view text) {
  return {tag, kAscii, static_cast<std::uint32_t>(text.size()) + 1, text, 0};
}
constexpr Entry undefined(Tag tag, std::string_view bytes) {
  return {tag, kUndefined, static_cast<std::uint32_t>(bytes.size()), bytes, 0};
}
constexpr Entry u16(Tag tag, std::uint16_t value) { return {tag, kShort, 1, {}, std::uint32_t{value} << 16}; }
constexpr Entry u32(Tag tag, std::uint32_t value) { return {tag, kLong, 1, {}, value}; }
// Numerator and denominator, 4 bytes each.
constexpr Entry rational(Tag tag, std::string_view bytes) { return {tag, kRational, 1, bytes, 0}; }

// A directory: its entries in the order of their tags. One of no count is left out.
class Ifd {
 public:
  explicit Ifd(std::span<const Entry> entries) : entries_(entries) {
    for (const Entry& entry : entries) {
      if (entry.count == 0) continue;
      ++count_;
      size_behind_ += entry.size_behind();
    }
  }

  [[nodiscard]] std::uint32_t size() const { return head_size() + size_behind_; }

  // `offset` is the directory's own, from the start of the TIFF header.
  void write(Writer& out, std::uint32_t offset) const {
    out.u16(static_cast<std::uint16_t>(count_));
    std::uint32_t behind = offset + head_size();
    for (const Entry& entry : entries_) {
      if (entry.count == 0) continue;
      out.u16(entry.tag);
      out.u16(entry.type);
      out.u32(entry.count);
      if (entry.size() == 0) {
        out.u32(entry.value);
      } else if (entry.size() <= kInlineSize) {
        write_data(out, entry, kInlineSize);
      } else {
        out.u32(behind);
        behind += entry.size_behind();
      }
    }
    out.u32(0);  // no next directory
    for (const Entry& entry : entries_) {
      if (entry.count != 0 && entry.size_behind() != 0) write_data(out, entry, entry.size_behind());
    }
  }

 private:
  static void write_data(Writer& out, const Entry& entry, std::uint32_t width) {
    out.text(entry.data);
    for (std::size_t i = entry.data.size(); i < width; ++i) out.u8(0);
  }

  [[nodiscard]] std::uint32_t head_size() const { return 2 + count_ * kEntrySize + 4; }

  std::span<const Entry> entries_;
  std::uint32_t count_ = 0;
  std::uint32_t size_behind_ = 0;
};

// Three views of one ISO 8601 time, as Exif wants them.
struct ExifTime {
  explicit ExifTime(std::string_view iso) {
    if (iso.empty()) return;
    std::memcpy(seconds_.data(), iso.data(), seconds_.size());
    seconds_[4] = seconds_[7] = ':';
    seconds_[10] = ' ';
    seconds = {seconds_.data(), seconds_.size()};
    std::size_t zone = seconds_.size();
    while (iso[zone] == '.' || (iso[zone] >= '0' && iso[zone] <= '9')) ++zone;
    if (zone > seconds_.size()) fraction = {iso.data() + seconds_.size() + 1, zone - seconds_.size() - 1};
    offset = iso[zone] == 'Z' ? "+00:00" : std::string_view(iso.data() + zone, iso.size() - zone);
  }
  ExifTime(const ExifTime&) = delete;
  ExifTime& operator=(const ExifTime&) = delete;

  std::string_view seconds;   // YYYY:MM:DD hh:mm:ss
  std::string_view fraction;  // digits
  std::string_view offset;    // ±hh:mm

 private:
  std::array<char, 19> seconds_;
};

void lowercase_digits(std::string_view uuid, std::array<char, kUniqueIdDigits>& digits) {
  digits.fill('0');
  std::size_t count = 0;
  for (const char c : uuid) {
    if (c != '-') digits[count++] = static_cast<char>(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);
  }
}

// An empty text has no entry: Exif knows no empty strings.
Entry if_any(Tag tag, std::string_view text) { return text.empty() ? Entry{} : ascii(tag, text); }

}  // namespace

void write_exif(Writer& out, const Metadata& metadata, const Provenance& provenance) {
  using namespace std::string_view_literals;
  const ExifTime time(metadata.captured_at);
  std::array<char, kUniqueIdDigits> unique_id;
  lowercase_digits(metadata.id, unique_id);

  const std::array exif_entries = {
      undefined(kExifVersion, "0232"),
      // A frame is taken, digitized and filed in one go: all three times are alike then (Exif 2.32, 4.6.5 D).
      if_any(kDateTimeOriginal, time.seconds),
      if_any(kDateTimeDigitized, time.seconds),
      if_any(kOffsetTime, time.offset),
      if_any(kOffsetTimeOriginal, time.offset),
      if_any(kOffsetTimeDigitized, time.offset),
      undefined(kComponentsConfiguration, provenance.gray ? "\1\0\0\0"sv : "\1\2\3\0"sv),  // Y, or Y Cb Cr
      if_any(kSubSecTime, time.fraction),
      if_any(kSubSecTimeOriginal, time.fraction),
      if_any(kSubSecTimeDigitized, time.fraction),
      undefined(kFlashpixVersion, "0100"),
      u16(kColorSpace, 1),  // sRGB: what a browser hands out
      u32(kPixelXDimension, provenance.width),
      u32(kPixelYDimension, provenance.height),
      ascii(kImageUniqueId, {unique_id.data(), unique_id.size()}),
  };
  const Ifd exif(exif_entries);

  std::array tiff_entries = {
      // Type ASCII with UTF-8 in it: what the Metadata Working Group's guidelines 2.0 ask for, and what readers expect.
      // Exif 3.0 has a type of its own for it, which few of them know.
      if_any(kImageDescription, metadata.description),
      u16(kOrientation, 1),                            // upright
      rational(kXResolution, "\0\0\0\110\0\0\0\1"sv),  // 72/1: the standard's word for unknown
      rational(kYResolution, "\0\0\0\110\0\0\0\1"sv),
      u16(kResolutionUnit, 2),  // inch
      ascii(kSoftware, metadata.software),
      if_any(kDateTime, time.seconds),
      u16(kYCbCrPositioning, 1),  // centered, as libjpeg averages chroma
      u32(kExifIfdPointer, 0),
  };
  const Ifd tiff(tiff_entries);
  const std::uint32_t exif_offset = kTiffHeaderSize + tiff.size();
  tiff_entries.back().value = exif_offset;

  constexpr std::string_view kSignature = "Exif\0\0"sv;
  out.u16(0xFFE1);
  out.u16(static_cast<std::uint16_t>(2 + kSignature.size() + exif_offset + exif.size()));
  out.text(kSignature);
  out.text("MM\0\52"sv);  // big-endian TIFF
  out.u32(kTiffHeaderSize);
  tiff.write(out, kTiffHeaderSize);
  exif.write(out, exif_offset);
}

}  // namespace caseframe
