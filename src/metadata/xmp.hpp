// The XMP segments.
#pragma once

#include "metadata/segments.hpp"
#include "metadata/writer.hpp"

namespace caseframe {

// Our own properties' namespace: a UUID of its own, so that it names nobody's host and stays for good.
inline constexpr const char* kXmpNamespace = "urn:uuid:91b3de41-bcea-4610-9919-d460233828b2#";

// One APP1 segment, and as many more as the redactions take where they are too many for it (XMP Specification Part 3,
// 1.1.3.1). `metadata` is checked, its software given.
void write_xmp(Writer& out, const Metadata& metadata, const Provenance& provenance);

}  // namespace caseframe
