// libjpeg's memory, in place of its jmemnobs.c: from malloc, and what held samples is zeroed before it goes back.
#include <cstddef>
#include <cstdio>  // jpeglib.h names FILE
#include <cstdlib>

#include "buffer.hpp"

extern "C" {
#include <jpeglib.h>
// The others build on it, and say nothing of that.
#include <jerror.h>
#include <jmemsys.h>

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
}
