#include "jpeg/encoder.hpp"

#include <algorithm>
#include <cmath>
#include <csetjmp>
#include <cstddef>
#include <cstdio>  // jpeglib.h names FILE

extern "C" {
#include <jpeglib.h>
// The others build on it, and say nothing of that.
#include <jerror.h>
#include <jmemsys.h>
}

namespace caseframe {
namespace {

// libjpeg reports an error by a call that must not return: back to the one frame that began the encoding. Everything
// between is libjpeg's C or trivially destructible.
struct ErrorManager : jpeg_error_mgr {
  std::jmp_buf back;
};

// Where the bytes go: a buffer that doubles.
struct Destination : jpeg_destination_mgr {
  Buffer<std::uint8_t>* file;
};

void begin_file(j_compress_ptr info) {
  auto* to = static_cast<Destination*>(info->dest);
  to->next_output_byte = to->file->data();
  to->free_in_buffer = to->file->size();
}

bool grow(Buffer<std::uint8_t>& file) {
  auto larger = Buffer<std::uint8_t>::allocate(file.size() * 2);
  if (!larger) return false;
  std::memcpy(larger->data(), file.data(), file.size());
  file = *std::move(larger);
  return true;
}

// Called when the buffer is full; its free_in_buffer is not kept up to date then.
boolean continue_file(j_compress_ptr info) {
  auto* to = static_cast<Destination*>(info->dest);
  const std::size_t written = to->file->size();
  if (!grow(*to->file)) ERREXIT1(info, JERR_OUT_OF_MEMORY, 0);
  to->next_output_byte = to->file->data() + written;
  to->free_in_buffer = to->file->size() - written;
  return TRUE;
}

// The first buffer has room for them: encode_jpeg made it so.
void insert(Destination& to, std::span<const std::uint8_t> segments) {
  if (segments.empty()) return;
  std::memcpy(to.next_output_byte, segments.data(), segments.size());
  to.next_output_byte += segments.size();
  to.free_in_buffer -= segments.size();
}

void end_file(j_compress_ptr info) {
  auto* to = static_cast<Destination*>(info->dest);
  to->file->shrink(to->file->size() - to->free_in_buffer);
}

void leave(j_common_ptr info) { std::longjmp(static_cast<ErrorManager*>(info->err)->back, 1); }
void ignore_message(j_common_ptr /*info*/) {}
void ignore_level(j_common_ptr /*info*/, int /*level*/) {}
void ignore_text(j_common_ptr /*info*/, char* /*text*/) {}

// libjpeg's scale, as Chromium's canvas.toBlob counts (quality × 100, rounded); libjpeg knows no 0.
int libjpeg_quality(double quality) { return std::clamp(static_cast<int>(std::lround(quality * 100)), 1, 100); }

void configure(jpeg_compress_struct& info, const Picture& picture, const JpegOptions& options) {
  info.image_width = picture.width;
  info.image_height = picture.height();
  info.input_components = static_cast<int>(kBytesPerPixel);
  info.in_color_space = JCS_EXT_RGBX;
  jpeg_set_defaults(&info);
  const bool gray = options.subsampling == Subsampling::kGray;
  jpeg_set_colorspace(&info, gray ? JCS_GRAYSCALE : JCS_YCbCr);
  jpeg_set_quality(&info, libjpeg_quality(options.quality), TRUE);
  info.dct_method = JDCT_ISLOW;
  info.comp_info[0].h_samp_factor = options.subsampling == Subsampling::k444 || gray ? 1 : 2;
  info.comp_info[0].v_samp_factor = options.subsampling == Subsampling::k420 ? 2 : 1;
  if (options.progressive) jpeg_simple_progression(&info);
}

// The error libjpeg ended with; nothing where `file` holds the whole JPEG. No object with a destructor may live here.
Status compress(const Picture& picture, const JpegOptions& options, std::span<const std::uint8_t> segments,
                Buffer<std::uint8_t>& file) {
  jpeg_compress_struct info{};
  ErrorManager errors{};
  errors.error_exit = leave;
  errors.emit_message = ignore_level;
  errors.output_message = ignore_message;
  errors.format_message = ignore_text;
  errors.reset_error_mgr = ignore_message;
  info.err = &errors;
  Destination to{};
  to.init_destination = begin_file;
  to.empty_output_buffer = continue_file;
  to.term_destination = end_file;
  to.file = &file;

  if (setjmp(errors.back) != 0) {
    jpeg_destroy_compress(&info);
    if (errors.msg_code == JERR_OUT_OF_MEMORY) return Error{ErrorCode::kOutOfMemory, "Not enough memory to encode"};
    return Error{ErrorCode::kEncoder, "The JPEG encoder refused the picture"};
  }
  jpeg_create_compress(&info);
  info.dest = &to;
  configure(info, picture, options);
  if (!segments.empty()) info.write_JFIF_header = FALSE;
  jpeg_start_compress(&info, TRUE);
  insert(to, segments);
  // libjpeg reads the rows and takes them as writable all the same.
  jpeg_write_scanlines(&info, const_cast<JSAMPARRAY>(reinterpret_cast<const JSAMPLE* const*>(picture.rows.data())),
                       picture.height());
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  return std::nullopt;
}

}  // namespace

Result<Buffer<std::uint8_t>> encode_jpeg(const Picture& picture, const JpegOptions& options,
                                         std::span<const std::uint8_t> segments) {
  if (!(options.quality >= 0 && options.quality <= 1)) {
    return Error{ErrorCode::kInvalidArgument, "Expected a quality from 0 to 1"};
  }
  // A photograph at quality 0.9 takes about 2 bits a pixel: start there, and grow for what is busier.
  auto file =
      Buffer<std::uint8_t>::allocate(4096 + segments.size() + std::size_t{picture.width} * picture.height() / 4);
  if (!file) return file.error();
  if (const Status failed = compress(picture, options, segments, *file)) return *failed;
  return file;
}

}  // namespace caseframe

// libjpeg's memory, in place of its jmemnobs.c: what held samples is zeroed before it goes back.
extern "C" {

void* jpeg_get_small(j_common_ptr /*info*/, size_t size) { return std::malloc(size); }
void* jpeg_get_large(j_common_ptr /*info*/, size_t size) { return std::malloc(size); }

void jpeg_free_small(j_common_ptr /*info*/, void* object, size_t size) {
  caseframe::secure_zero(object, size);
  std::free(object);
}
void jpeg_free_large(j_common_ptr info, void* object, size_t size) { jpeg_free_small(info, object, size); }

size_t jpeg_mem_available(j_common_ptr /*info*/, size_t /*least*/, size_t most, size_t /*allocated*/) { return most; }
void jpeg_open_backing_store(j_common_ptr info, backing_store_ptr /*store*/, long /*size*/) {
  ERREXIT(info, JERR_NO_BACKING_STORE);
}
long jpeg_mem_init(j_common_ptr /*info*/) { return 0; }
void jpeg_mem_term(j_common_ptr /*info*/) {}

// Transforms that compress() never chooses; their code would be dead weight in the module.
void jpeg_fdct_ifast(void* /*block*/);
void jpeg_fdct_float(void* /*block*/);
void jpeg_fdct_ifast(void* /*block*/) { __builtin_trap(); }
void jpeg_fdct_float(void* /*block*/) { __builtin_trap(); }
}
