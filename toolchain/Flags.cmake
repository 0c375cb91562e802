# Compiler flags, in one place.

add_library(caseframe-warnings INTERFACE)
target_compile_options(caseframe-warnings INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Werror)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
# For what runs a few times a picture: small, not fast. And what that is taken back by.
set(CASEFRAME_SMALL -Os)
set(CASEFRAME_FAST $<IF:$<BOOL:${CASEFRAME_SANITIZE}>,-O1,-O3>)
if(EMSCRIPTEN)
  # The kernels are vectors by hand. What the compiler makes of the other loops is 2 KB more, gzipped, and no faster; where
  # it is, the list of sources says so. Repeated after -Os, which Clang takes for -fvectorize, too.
  set(CASEFRAME_PLAIN_LOOPS -fno-vectorize -fno-slp-vectorize -fno-unroll-loops)
  add_compile_options(${CASEFRAME_PLAIN_LOOPS})
  list(APPEND CASEFRAME_SMALL ${CASEFRAME_PLAIN_LOOPS})
  list(APPEND CASEFRAME_FAST ${CASEFRAME_PLAIN_LOOPS})
endif()
# For a whole target, as one word: of its options CMake leaves out those that the folder has already, where it is their place
# behind -Os that counts.
list(JOIN CASEFRAME_SMALL " " CASEFRAME_SMALL_TARGET)
string(PREPEND CASEFRAME_SMALL_TARGET "SHELL:")

# No fused multiply-add: every platform rounds alike, and the same input gives the same bytes.
add_compile_options(-ffp-contract=off -ffunction-sections -fdata-sections)

if(CASEFRAME_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()

if(CASEFRAME_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

if(EMSCRIPTEN)
  if(CASEFRAME_WASM_SIMD)
    add_compile_options(-msimd128 -mbulk-memory)
  else()
    # What Chrome 80, Firefox 75 and Safari 14 share: WebAssembly 1.0.
    add_compile_options(-mcpu=mvp)
  endif()
  # setjmp by way of JavaScript: WebAssembly's own exceptions are younger than the oldest browsers we serve, and the
  # price is a dozen calls a picture (only calls made by the function that called setjmp pay it).
  add_compile_options(-sSUPPORT_LONGJMP=emscripten)
  add_link_options(-sSUPPORT_LONGJMP=emscripten)
endif()
