// Progressive Huffman coding by spectral selection (T.81, G.1.2) as a module of libjpeg, in place of its jcphuff.c: the
// scans of encoder.cpp send every coefficient once and whole, so that nothing is refined later.
//
//   DC scan:    each block's first coefficient, as in sequential coding, components interleaved
//   AC scan:    coefficients Ss..Se of one component; blocks without any are counted, and the count is one symbol
//
// Each scan is gone through twice: to count its symbols, out of which libjpeg makes the best Huffman table, and to code
// them.
#include <bit>
#include <cstdint>

#include "jpeg/module.hpp"
#ifdef CASEFRAME_SIMD128
#include "simd128/kernels.hpp"
#endif

namespace {

using caseframe::create_module;

// The longest count of blocks that one symbol tells (T.81, G.1.2.2).
constexpr std::uint32_t kMaxEndOfBandRun = 0x7FFF;
constexpr unsigned kSixteenZeros = 0xF0;
// A code has 16 bits at most, what follows it 14. A block takes 64 of both, two counts, and what was left before; the
// MCU of a DC scan is shorter. Twice, for each byte of ones is followed by one of zeroes.
constexpr std::size_t kMostBytes = std::size_t{2} * (66 * 30 + 31) / 8 + 2;

struct ProgressiveEncoder : jpeg_entropy_encoder {
  std::uint64_t bits;              // not yet written: the lowest `pending` ones
  unsigned pending;                // 31 at most between blocks
  std::uint32_t end_of_band_run;   // blocks that have ended and are not told yet
  int last_dc[MAX_COMPS_IN_SCAN];  // of each component
  c_derived_tbl* codes[NUM_HUFF_TBLS];
  long* counts[NUM_HUFF_TBLS];  // 257 each: jpeg_gen_optimal_table() wants one more
};

ProgressiveEncoder& encoder_of(j_compress_ptr info) { return *static_cast<ProgressiveEncoder*>(info->entropy); }

// Two ways to go through a scan. Each takes a symbol and the `size` bits that follow it.
struct SymbolCounter {
  long* const* counts;

  void put(int table, unsigned symbol, std::uint32_t /*value*/, unsigned /*size*/) const { ++counts[table][symbol]; }
};

struct SymbolWriter {
  c_derived_tbl* const* codes;
  std::uint64_t bits;
  unsigned pending;
  JOCTET* out;

  void put(int table, unsigned symbol, std::uint32_t value, unsigned size) {
    const auto length = static_cast<unsigned>(codes[table]->ehufsi[symbol]) + size;
    bits = bits << length | std::uint64_t{codes[table]->ehufco[symbol]} << size | value;
    pending += length;
    if (pending >= 32) write_bytes(4);
  }
  // The first `count` bytes of what is pending, each byte of ones followed by one of zeroes (T.81, F.1.2.3).
  void write_bytes(unsigned count) {
    for (; count > 0; --count) {
      pending -= 8;
      const auto byte = static_cast<JOCTET>(bits >> pending);
      *out++ = byte;
      if (byte == 0xFF) *out++ = 0;
    }
  }
};

// The bits of a value that follow its size: as it is where positive, its complement where negative (T.81, F.1.2.1).
struct Magnitude {
  explicit Magnitude(int value)
      : size(static_cast<unsigned>(std::bit_width(static_cast<unsigned>(value < 0 ? -value : value)))),
        bits(static_cast<std::uint32_t>(value < 0 ? value - 1 : value) & ((1U << size) - 1)) {}
  unsigned size;
  std::uint32_t bits;
};

// Bit k is set where the k-th coefficient in zigzag order is not zero, of `first`..`last`.
std::uint64_t nonzero_of(const JCOEF* block, int first, int last) {
#ifdef CASEFRAME_SIMD128
  alignas(16) std::uint8_t values[DCTSIZE2];
  return caseframe::simd128::zigzag(block, values) & (~std::uint64_t{0} << first) & (~std::uint64_t{0} >> (63 - last));
#else
  std::uint64_t nonzero = 0;
  for (int k = first; k <= last; ++k) {
    nonzero |= std::uint64_t{block[jpeg_natural_order[k]] != 0 ? 1U : 0U} << k;
  }
  return nonzero;
#endif
}

template <class Symbols>
void put_run(Symbols& symbols, int table, std::uint32_t& run) {
  if (run == 0) return;
  const Magnitude count(static_cast<int>(run));
  // The count's highest bit goes without saying.
  const unsigned size = count.size - 1;
  symbols.put(table, size << 4, run & ((1U << size) - 1), size);
  run = 0;
}

template <class Symbols>
void put_band(Symbols& symbols, j_compress_ptr info, const JCOEF* block, std::uint32_t& run) {
  const int table = info->cur_comp_info[0]->ac_tbl_no;
  std::uint64_t left = nonzero_of(block, info->Ss, info->Se);
  int last = info->Ss - 1;
  if (left != 0) put_run(symbols, table, run);
  for (; left != 0; left &= left - 1) {
    const int k = std::countr_zero(left);
    auto zeros = static_cast<unsigned>(k - last - 1);
    for (; zeros > 15; zeros -= 16) symbols.put(table, kSixteenZeros, 0, 0);
    const Magnitude value(block[jpeg_natural_order[k]]);
    symbols.put(table, zeros << 4 | value.size, value.bits, value.size);
    last = k;
  }
  if (last != info->Se && ++run == kMaxEndOfBandRun) put_run(symbols, table, run);
}

template <class Symbols>
void put_mcu(Symbols& symbols, j_compress_ptr info, JBLOCKROW* blocks) {
  ProgressiveEncoder& encoder = encoder_of(info);
  if (info->Ss != 0) return put_band(symbols, info, *blocks[0], encoder.end_of_band_run);
  for (int i = 0; i < info->blocks_in_MCU; ++i) {
    const int component = info->MCU_membership[i];
    const int dc = (*blocks[i])[0];
    const Magnitude difference(dc - encoder.last_dc[component]);
    symbols.put(info->cur_comp_info[component]->dc_tbl_no, difference.size, difference.bits, difference.size);
    encoder.last_dc[component] = dc;
  }
}

boolean count_mcu(j_compress_ptr info, JBLOCKROW* blocks) {
  SymbolCounter symbols{encoder_of(info).counts};
  put_mcu(symbols, info, blocks);
  return TRUE;
}

// Calls put(symbols), whose bits go to the destination.
template <class Put>
void write(j_compress_ptr info, Put&& put) {
  ProgressiveEncoder& encoder = encoder_of(info);
  // NOLINTNEXTLINE(readability-non-const-parameter): SymbolWriter writes there.
  caseframe::emit_up_to<kMostBytes>(info, kMostBytes, [&](JOCTET* out) {
    SymbolWriter symbols{encoder.codes, encoder.bits, encoder.pending, out};
    put(symbols);
    encoder.bits = symbols.bits;
    encoder.pending = symbols.pending;
    return symbols.out;
  });
}

boolean write_mcu(j_compress_ptr info, JBLOCKROW* blocks) {
  write(info, [&](SymbolWriter& symbols) { put_mcu(symbols, info, blocks); });
  return TRUE;
}

void finish_counting(j_compress_ptr info) {
  ProgressiveEncoder& encoder = encoder_of(info);
  const bool is_dc = info->Ss == 0;
  SymbolCounter symbols{encoder.counts};
  put_run(symbols, info->cur_comp_info[0]->ac_tbl_no, encoder.end_of_band_run);
  bool done[NUM_HUFF_TBLS] = {};
  for (int i = 0; i < info->comps_in_scan; ++i) {
    const int number = is_dc ? info->cur_comp_info[i]->dc_tbl_no : info->cur_comp_info[i]->ac_tbl_no;
    if (done[number]) continue;
    JHUFF_TBL*& table = (is_dc ? info->dc_huff_tbl_ptrs : info->ac_huff_tbl_ptrs)[number];
    if (table == nullptr) table = jpeg_alloc_huff_table(reinterpret_cast<j_common_ptr>(info));
    jpeg_gen_optimal_table(info, table, encoder.counts[number]);
    done[number] = true;
  }
}

void finish_writing(j_compress_ptr info) {
  write(info, [&](SymbolWriter& symbols) {
    put_run(symbols, info->cur_comp_info[0]->ac_tbl_no, encoder_of(info).end_of_band_run);
    // Filled up with ones to whole bytes.
    const unsigned missing = -symbols.pending % 8;
    symbols.bits = symbols.bits << missing | ((1U << missing) - 1);
    symbols.pending += missing;
    symbols.write_bytes(symbols.pending / 8);
  });
}

void start_scan(j_compress_ptr info, boolean gather_statistics) {
  const bool is_counted = gather_statistics != FALSE;
  if (info->Ah != 0 || info->Al != 0 || info->restart_interval != 0) ERREXIT(info, JERR_NOT_COMPILED);
  ProgressiveEncoder& encoder = encoder_of(info);
  encoder.encode_mcu = is_counted ? count_mcu : write_mcu;
  encoder.finish_pass = is_counted ? finish_counting : finish_writing;
  encoder.bits = 0;
  encoder.pending = 0;
  encoder.end_of_band_run = 0;
  const bool is_dc = info->Ss == 0;
  for (int i = 0; i < info->comps_in_scan; ++i) {
    encoder.last_dc[i] = 0;
    const int number = is_dc ? info->cur_comp_info[i]->dc_tbl_no : info->cur_comp_info[i]->ac_tbl_no;
    if (number < 0 || number >= NUM_HUFF_TBLS) ERREXIT1(info, JERR_NO_HUFF_TABLE, number);
    if (is_counted) {
      constexpr std::size_t kSize = 257 * sizeof(long);
      long*& counts = encoder.counts[number];
      if (counts == nullptr) {
        counts = static_cast<long*>(info->mem->alloc_small(reinterpret_cast<j_common_ptr>(info), JPOOL_IMAGE, kSize));
      }
      std::memset(counts, 0, kSize);
    } else {
      jpeg_make_c_derived_tbl(info, is_dc ? TRUE : FALSE, number, &encoder.codes[number]);
    }
  }
}

}  // namespace

extern "C" void jinit_phuff_encoder(j_compress_ptr info) {
  auto* encoder = create_module<ProgressiveEncoder>(info);
  encoder->start_pass = start_scan;
  info->entropy = encoder;
}
