// The forward transform, in place of libjpeg's jcdctmgr.c, and sequential Huffman coding, in place of its jchuff.c, as
// modules of its kind. libjpeg-turbo has hooks within both, but it calls them for every block, three times in the one.
// Without both files, transform and coding are an eighth faster and the module is 7 KB smaller.
#include <cstdint>

#include "jpeg/module.hpp"
#include "simd128/huffman.hpp"
#include "simd128/kernels.hpp"
#include "simd128/quantize.hpp"

namespace simd128 = caseframe::simd128;

namespace {

using caseframe::create_module;
using caseframe::emit;

struct ForwardDct : jpeg_forward_dct {
  float reciprocals[NUM_QUANT_TBLS][DCTSIZE2];
};

void start_dct(j_compress_ptr info) {
  auto* dct = static_cast<ForwardDct*>(info->fdct);
  for (int i = 0; i < info->num_components; ++i) {
    const int number = info->comp_info[i].quant_tbl_no;
    const bool exists = number >= 0 && number < NUM_QUANT_TBLS && info->quant_tbl_ptrs[number] != nullptr;
    if (!exists) ERREXIT1(info, JERR_NO_QUANT_TABLE, number);
    simd128::prepare_quantization(info->quant_tbl_ptrs[number]->quantval, dct->reciprocals[number]);
  }
}

void forward_dct(j_compress_ptr info, jpeg_component_info* component, JSAMPARRAY samples, JBLOCKROW blocks,
                 JDIMENSION row, JDIMENSION column, JDIMENSION count) {
  const float* reciprocals = static_cast<ForwardDct*>(info->fdct)->reciprocals[component->quant_tbl_no];
  for (JDIMENSION i = 0; i < count; ++i, column += DCTSIZE) {
    simd128::fdct_quantize(samples + row, column, reciprocals, blocks[i]);
  }
}

struct HuffmanEncoder : jpeg_entropy_encoder {
  static constexpr int kTables = 2;  // of each kind, in a baseline file (T.81, B.2.4.2)

  c_derived_tbl* dc[kTables];
  c_derived_tbl* ac[kTables];
  simd128::BlockCodes codes[kTables];
  simd128::BitBuffer buffer;
  int last_dc[MAX_COMPS_IN_SCAN];
};

void start_huffman(j_compress_ptr info, boolean gather_statistics) {
  // Neither is ever asked for: encoder.cpp configures the encoder.
  if (gather_statistics != FALSE || info->restart_interval != 0) ERREXIT(info, JERR_NOT_COMPILED);
  auto* huffman = static_cast<HuffmanEncoder*>(info->entropy);
  huffman->buffer = {};
  for (int i = 0; i < info->comps_in_scan; ++i) {
    huffman->last_dc[i] = 0;
    const int number = info->cur_comp_info[i]->dc_tbl_no;
    if (number < 0 || number >= HuffmanEncoder::kTables || number != info->cur_comp_info[i]->ac_tbl_no) {
      ERREXIT1(info, JERR_NO_HUFF_TABLE, number);
    }
    if (huffman->dc[number] != nullptr) continue;
    jpeg_make_c_derived_tbl(info, TRUE, number, &huffman->dc[number]);
    jpeg_make_c_derived_tbl(info, FALSE, number, &huffman->ac[number]);
    huffman->codes[number].build({huffman->dc[number]->ehufco, huffman->dc[number]->ehufsi},
                                 {huffman->ac[number]->ehufco, huffman->ac[number]->ehufsi});
  }
}

JOCTET* encode_blocks(j_compress_ptr info, JBLOCKROW* blocks, JOCTET* out) {
  auto* huffman = static_cast<HuffmanEncoder*>(info->entropy);
  for (int i = 0; i < info->blocks_in_MCU; ++i) {
    const int component = info->MCU_membership[i];
    const JCOEF* block = *blocks[i];
    out = simd128::encode_block(huffman->buffer, out, block, huffman->last_dc[component],
                                huffman->codes[info->cur_comp_info[component]->dc_tbl_no]);
    huffman->last_dc[component] = block[0];
  }
  return out;
}

boolean encode_mcu(j_compress_ptr info, JBLOCKROW* blocks) {
  const std::size_t most = static_cast<std::size_t>(info->blocks_in_MCU) * simd128::kMostBlockBytes;
  caseframe::emit_up_to<C_MAX_BLOCKS_IN_MCU * simd128::kMostBlockBytes>(
      info, most, [&](JOCTET* out) { return encode_blocks(info, blocks, out); });
  return TRUE;
}

void finish_huffman(j_compress_ptr info) {
  const simd128::BitBuffer& buffer = static_cast<HuffmanEncoder*>(info->entropy)->buffer;
  if (buffer.pending == 0) return;
  // Filled up with ones (T.81, F.1.2.3).
  const auto byte = static_cast<JOCTET>(buffer.bits << (8 - buffer.pending) | 0xFFU >> buffer.pending);
  const JOCTET bytes[2] = {byte, 0};
  emit(info, bytes, byte == 0xFF ? 2 : 1);
}

}  // namespace

extern "C" {

void jinit_forward_dct(j_compress_ptr info) {
  auto* dct = create_module<ForwardDct>(info);
  dct->start_pass = start_dct;
  dct->forward_DCT = forward_dct;
  info->fdct = dct;
}

void jinit_huff_encoder(j_compress_ptr info) {
  auto* huffman = create_module<HuffmanEncoder>(info);
  huffman->start_pass = start_huffman;
  huffman->encode_mcu = encode_mcu;
  huffman->finish_pass = finish_huffman;
  info->entropy = huffman;
}

}  // extern "C"
