// The Exif segment.
#pragma once

#include "metadata/segments.hpp"
#include "metadata/writer.hpp"

namespace caseframe {

// A whole APP1 segment (Exif 2.32, 4.7.2). `metadata` is checked, its software given; ImageUniqueID's 32 digits are
// what comes last, but for a NUL and a byte of padding.
void write_exif(Writer& out, const Metadata& metadata, const Provenance& provenance);

}  // namespace caseframe
