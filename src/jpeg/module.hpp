// What libjpeg's modules of our own share. A module is a struct of function pointers that starts with one of
// jpegint.h's; jcinit.c asks for it by calling jinit_…(), and finds it in jpeg_compress_struct from then on.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdio>  // jpeglib.h names FILE
#include <cstring>
#include <new>

extern "C" {
#define JPEG_INTERNALS
#include <jinclude.h>
#include <jpeglib.h>
// These build on the others, and say nothing of that.
#include <jchuff.h>
#include <jerror.h>
}

namespace caseframe {

// An object of zeroes that lives as long as the picture is compressed, in memory that memory.cpp zeroes again.
template <class Module>
Module* create_module(j_compress_ptr info) {
  auto* common = reinterpret_cast<j_common_ptr>(info);
  // Small objects share a block.
  void* memory = sizeof(Module) < 4096 ? info->mem->alloc_small(common, JPOOL_IMAGE, sizeof(Module))
                                       : info->mem->alloc_large(common, JPOOL_IMAGE, sizeof(Module));
  return new (memory) Module{};
}

// Copies bytes to the destination, which is never full in between: libjpeg asks for more room at once.
inline void emit(j_compress_ptr info, const JOCTET* bytes, std::size_t count) {
  jpeg_destination_mgr& to = *info->dest;
  while (count > 0) {
    const std::size_t part = std::min(count, to.free_in_buffer);
    std::memcpy(to.next_output_byte, bytes, part);
    to.next_output_byte += part;
    to.free_in_buffer -= part;
    bytes += part;
    count -= part;
    if (to.free_in_buffer == 0 && to.empty_output_buffer(info) == FALSE) ERREXIT(info, JERR_CANT_SUSPEND);
  }
}

// Calls write(out), which writes `most` bytes at most and answers where they end: into the destination itself where it
// has the room, else by way of a buffer.
template <std::size_t kMost, class Write>
void emit_up_to(j_compress_ptr info, std::size_t most, Write&& write) {
  jpeg_destination_mgr& to = *info->dest;
  if (to.free_in_buffer > most) {
    JOCTET* end = write(to.next_output_byte);
    to.free_in_buffer -= static_cast<std::size_t>(end - to.next_output_byte);
    to.next_output_byte = end;
  } else {
    JOCTET bytes[kMost];
    emit(info, bytes, static_cast<std::size_t>(write(bytes) - bytes));
  }
}

}  // namespace caseframe
