#include "jpeg_modules.hpp"

#include <algorithm>
#include <cstring>

namespace caseframe::bench {
namespace {

void refuse(j_common_ptr /*info*/) { fail("libjpeg refused the picture"); }
void ignore_message(j_common_ptr /*info*/) {}
void ignore_level(j_common_ptr /*info*/, int /*level*/) {}
void ignore_text(j_common_ptr /*info*/, char* /*text*/) {}
void do_nothing(j_compress_ptr /*info*/) {}
boolean refuse_more(j_compress_ptr /*info*/) { fail("the scan is larger than its buffer"); }

template <class T>
Buffer<T> allocate_or_fail(std::size_t count) {
  auto buffer = Buffer<T>::allocate(count);
  if (!buffer) fail("out of memory");
  return *std::move(buffer);
}

}  // namespace

JpegModules::JpegModules(const std::uint8_t* pixels, std::uint32_t width, std::uint32_t height, int quality) {
  if (width % 16 != 0 || height % 2 != 0) fail("the width is no multiple of 16, or the height is odd");
  for (std::size_t y = 0; y < height; ++y) {
    // libjpeg reads the rows and takes them as writable all the same.
    rows_.push_back(const_cast<JSAMPROW>(pixels) + y * width * 4);
  }
  set_up(width, height, quality);
  allocate();
  fill_planes();
  fill_coefficients();
}

void JpegModules::set_up(std::uint32_t width, std::uint32_t height, int quality) {
  errors_.error_exit = refuse;
  errors_.emit_message = ignore_level;
  errors_.output_message = ignore_message;
  errors_.format_message = ignore_text;
  errors_.reset_error_mgr = ignore_message;
  info_.err = &errors_;
  jpeg_create_compress(&info_);
  // Four times what the busiest photograph takes.
  scan_ = allocate_or_fail<std::uint8_t>(std::size_t{width} * height * 2 + 4096);
  destination_ = {scan_.data(), scan_.size(), do_nothing, refuse_more, do_nothing};
  info_.dest = &destination_;
  info_.image_width = width;
  info_.image_height = height;
  info_.input_components = 4;
  info_.in_color_space = JCS_EXT_RGBX;
  jpeg_set_defaults(&info_);
  jpeg_set_quality(&info_, quality, TRUE);
  info_.dct_method = JDCT_ISLOW;
  jpeg_start_compress(&info_, TRUE);
}

void JpegModules::allocate() {
  const auto samples = [this](JDIMENSION width, JDIMENSION rows) {
    return info_.mem->alloc_sarray(reinterpret_cast<j_common_ptr>(&info_), JPOOL_IMAGE, width, rows);
  };
  for (int i = 0; i < kComponents; ++i) {
    const jpeg_component_info& component = info_.comp_info[i];
    const JDIMENSION width = component.width_in_blocks * DCTSIZE;
    const auto rows = static_cast<JDIMENSION>(component.v_samp_factor * DCTSIZE);
    group_[i] =
        samples(width * static_cast<JDIMENSION>(info_.max_h_samp_factor / component.h_samp_factor), kRowsPerGroup);
    strip_[i] = samples(width, rows);
    planes_[i] = samples(width, rows * info_.total_iMCU_rows);
  }
  coefficients_ = allocate_or_fail<JBLOCK>(std::size_t{info_.MCUs_per_row} * info_.total_iMCU_rows * kBlocksPerMcu);
}

void JpegModules::fill_planes() {
  const JDIMENSION groups = info_.image_height / kRowsPerGroup;
  for (JDIMENSION group = 0; group < groups; ++group) {
    info_.cconvert->color_convert(&info_, &rows_[group * kRowsPerGroup], group_, 0, kRowsPerGroup);
    info_.downsample->downsample(&info_, group_, 0, planes_, group);
  }
  // The last row again and again, down to a whole MCU.
  for (int i = 0; i < kComponents; ++i) {
    const jpeg_component_info& component = info_.comp_info[i];
    const auto rows = static_cast<JDIMENSION>(component.v_samp_factor);
    for (JDIMENSION y = groups * rows; y < info_.total_iMCU_rows * rows * DCTSIZE; ++y) {
      std::memcpy(planes_[i][y], planes_[i][y - 1], std::size_t{component.width_in_blocks} * DCTSIZE);
    }
  }
}

void JpegModules::fill_coefficients() {
  JBLOCKROW blocks = coefficients_.data();
  for (JDIMENSION row = 0; row < info_.total_iMCU_rows; ++row) {
    for (JDIMENSION column = 0; column < info_.MCUs_per_row; ++column, blocks += kBlocksPerMcu) {
      transform_mcu(row, column, blocks);
    }
  }
}

void JpegModules::convert_colors() {
  for (JDIMENSION y = 0; y < info_.image_height; y += kRowsPerGroup) {
    info_.cconvert->color_convert(&info_, &rows_[y], group_, 0, kRowsPerGroup);
  }
}

void JpegModules::downsample() {
  for (JDIMENSION group = 0; group < info_.image_height / kRowsPerGroup; ++group) {
    info_.downsample->downsample(&info_, group_, 0, strip_, group % DCTSIZE);
  }
}

void JpegModules::transform() {
  for (JDIMENSION row = 0; row < info_.total_iMCU_rows; ++row) {
    for (JDIMENSION column = 0; column < info_.MCUs_per_row; ++column) transform_mcu(row, column, mcu_);
  }
}

// As compress_data() of jccoefct.c. Blocks below the picture are empty but for the DC of the block before them.
void JpegModules::transform_mcu(JDIMENSION row, JDIMENSION column, JBLOCKROW blocks) {
  for (int i = 0; i < kComponents; ++i) {
    jpeg_component_info* component = info_.cur_comp_info[i];
    const auto height = static_cast<JDIMENSION>(component->MCU_height);
    const auto width = static_cast<JDIMENSION>(component->MCU_width);
    for (JDIMENSION y = row * height; y < (row + 1) * height; ++y, blocks += width) {
      if (y < component->height_in_blocks) {
        info_.fdct->forward_DCT(&info_, component, planes_[i], blocks, y * DCTSIZE, column * width * DCTSIZE, width);
      } else {
        std::memset(blocks, 0, width * sizeof(JBLOCK));
        for (JDIMENSION x = 0; x < width; ++x) blocks[x][0] = blocks[-1][0];
      }
    }
  }
}

std::size_t JpegModules::code() {
  destination_.next_output_byte = scan_.data();
  destination_.free_in_buffer = scan_.size();
  info_.entropy->start_pass(&info_, FALSE);
  JBLOCKROW mcu[kBlocksPerMcu];
  for (std::size_t at = 0; at < coefficients_.size(); at += kBlocksPerMcu) {
    for (std::size_t i = 0; i < kBlocksPerMcu; ++i) mcu[i] = &coefficients_[at + i];
    info_.entropy->encode_mcu(&info_, mcu);
  }
  info_.entropy->finish_pass(&info_);
  return scan_.size() - destination_.free_in_buffer;
}

bool JpegModules::made(std::span<const std::uint8_t> file) {
  constexpr std::size_t kEndOfImage = 2;
  const std::size_t size = code();
  return file.size() > size + kEndOfImage &&
         std::ranges::equal(std::span{scan_.data(), size}, file.last(size + kEndOfImage).first(size));
}

std::vector<Task> JpegModules::tasks() {
  const auto plain = [this](void (JpegModules::*stage)()) {
    return [this, stage] {
      (this->*stage)();
      return std::size_t{0};
    };
  };
  return {{"color", plain(&JpegModules::convert_colors)},
          {"downsample", plain(&JpegModules::downsample)},
          {"transform", plain(&JpegModules::transform)},
          {"huffman", [this] { return code(); }}};
}

}  // namespace caseframe::bench
