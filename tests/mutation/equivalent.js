/**
 * Lines of the core whose mutations no test can tell from the original, and why. `code` is a part of the line, `mutant` of
 * what became of it, where not all of the line's mutations are meant.
 * @type {readonly { file: string, code: string, mutant?: string, why: string }[]}
 */
export const EQUIVALENT = [
  {
    file: 'src/scaling/downscale.cpp',
    code: 'std::uint64_t{1} << 23',
    why: 'A border between two exact ways: what Divisor refuses LargeDivisor takes, to the same bytes.',
  },
  {
    file: 'src/jpeg/encoder.cpp',
    code: 'allocate(4096 + segments.size()',
    why: 'The room that a file begins with: it grows where it has to.',
  },
  {
    file: 'src/metadata/writer.cpp',
    code: 'kFirstSize = 1024',
    why: 'The room that a text begins with: it grows where it has to.',
  },
  {
    file: 'src/metadata/writer.cpp',
    code: '2 * buffer_.size() + more + kFirstSize',
    why: 'How fast it grows.',
  },
  {
    file: 'src/metadata/utf8.cpp',
    code: 'lead & (0x7FU >> length)',
    why: 'Leads of two bytes and more: the lowest bit is shifted out in any case.',
  },
  {
    file: 'src/redaction/mosaic.hpp',
    code: 'kStripe = 64',
    why: 'How many columns are painted at a time.',
  },
  {
    file: 'src/text/find_text.cpp',
    code: 'cells[k * stride] = 1',
    mutant: '= 2',
    why: 'A cell is marked or not: any number but 0 marks it.',
  },
  {
    file: 'src/redaction/levels.hpp',
    code: 'y * kLumaSteps + 127',
    mutant: '+ 126',
    why: 'Of 256 levels none lies on the border that is moved: 15 y is never 128 beyond a multiple of 255.',
  },
  {
    file: 'src/hash/sha256.cpp',
    code: 'if (t < 48) w.make(t + 20)',
    mutant: '<=',
    why: 'Words of the schedule that no round reads.',
  },
  {
    file: 'src/simd128/huffman.cpp',
    code: 'std::int8_t from[4][4][16]',
    mutant: 'from[5]',
    why: 'A row of the table that nothing reads.',
  },
  {
    file: 'src/simd128/color.cpp',
    code: 'v128_t luma[4], blue[4], red[4]',
    mutant: '[5]',
    why: 'A vector that nothing reads.',
  },
  {
    file: 'src/simd128/color.cpp',
    code: 'x + kStep <= width',
    mutant: 'x + kStep < width',
    why: 'The last step is done as the remainder is: the same bytes.',
  },
  {
    file: 'src/scaling/downscale.cpp',
    code: 'kRound = 3 << 22',
    mutant: '2 << 22',
    why: '2^23 rounds numbers that are not negative as 1.5 × 2^23 does.',
  },
  {
    file: 'src/picture/luma.hpp',
    code: 'middle = (sum + pixels / 2) / pixels',
    mutant: 'pixels / ',
    why: 'Any whole number near the mean will do to measure differences from.',
  },
];
