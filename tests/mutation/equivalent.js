/**
 * Lines of the core whose mutations no test can tell from the original, and why. Each entry is a part of the line.
 * @type {readonly { file: string, code: string, why: string }[]}
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
];
