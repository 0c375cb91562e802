# The encoder half of libjpeg-turbo, from its unmodified sources, as the target `libjpeg-turbo-encoder`.
# Left out: the decoder, arithmetic coding, stdio (messages, file destinations), the transforms nobody calls, and the
# modules that src/jpeg/ has in their place: memory (jmemnobs.c), colour conversion (jccolor.c), downsampling (jcsample.c),
# progressive coding (jcphuff.c), and with SIMD128 transform (jcdctmgr.c) and sequential coding (jchuff.c).

if(NOT CASEFRAME_LIBJPEG_TURBO_SOURCE)
  execute_process(
    COMMAND ${PROJECT_SOURCE_DIR}/toolchain/libjpeg-turbo.sh
    OUTPUT_VARIABLE CASEFRAME_LIBJPEG_TURBO_SOURCE OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
endif()
set(source ${CASEFRAME_LIBJPEG_TURBO_SOURCE})

# Upstream's own configuration headers, filled in as its CMakeLists.txt would for this target.
file(STRINGS ${source}/CMakeLists.txt VERSION REGEX "^set\\(VERSION [0-9.]+\\)")
string(REGEX MATCH "[0-9.]+" VERSION "${VERSION}")
string(REGEX MATCH "^([0-9]+)\\.([0-9]+)\\.?([0-9]*)" _ ${VERSION})
math(EXPR LIBJPEG_TURBO_VERSION_NUMBER
  "${CMAKE_MATCH_1} * 1000000 + ${CMAKE_MATCH_2} * 1000 + 0${CMAKE_MATCH_3}")
set(JPEG_LIB_VERSION 62)
set(BITS_IN_JSAMPLE 8)
set(BUILD caseframe)
set(INLINE "inline __attribute__((always_inline))")
set(THREAD_LOCAL "")
set(SIZE_T ${CMAKE_SIZEOF_VOID_P})
set(HAVE_BUILTIN_CTZL 1)
set(COPYRIGHT_YEAR "")
set(WITH_SIMD ${CASEFRAME_WASM_SIMD})
set(generated ${PROJECT_BINARY_DIR}/libjpeg-turbo)
foreach(header jconfig.h jconfigint.h jversion.h)
  configure_file(${source}/${header}.in ${generated}/${header})
endforeach()

set(files jcapimin jcapistd jccoefct jchuff jcinit jcmainct jcmarker jcmaster jcomapi jcparam jcprepct jfdctint jmemmgr jutils jsimd_none)
if(NOT CASEFRAME_WASM_SIMD)
  list(APPEND files jcdctmgr)
endif()
list(TRANSFORM files PREPEND ${source}/)
list(TRANSFORM files APPEND .c)
add_library(libjpeg-turbo-encoder STATIC ${files})
target_include_directories(libjpeg-turbo-encoder SYSTEM PUBLIC ${generated} ${source})
# Bit lengths by counting leading zeros, not by two tables of 64 KB.
target_compile_definitions(libjpeg-turbo-encoder PRIVATE NO_GETENV NO_PUTENV USE_CLZ_INTRINSIC)
if(CASEFRAME_WASM_SIMD)
  # Its tables of codes are wanted, its encoder makes way for ours.
  set_source_files_properties(${source}/jchuff.c PROPERTIES COMPILE_DEFINITIONS "jinit_huff_encoder=unused_jinit_huff_encoder")
  target_link_libraries(libjpeg-turbo-encoder PRIVATE caseframe-simd128)
elseif(EMSCRIPTEN)
  # WebAssembly is what libjpeg-turbo knows as x32: pointers of 32 bits, registers of 64. By these names its Huffman
  # coder takes a bit buffer of 64 bits.
  set_source_files_properties(${source}/jchuff.c PROPERTIES COMPILE_DEFINITIONS "__x86_64__;__ILP32__")
endif()
target_compile_options(libjpeg-turbo-encoder PRIVATE -w)
# What runs a few times a picture is made small, not fast; and so is Huffman coding, whose macros and loops gain nothing by
# being unrolled further.
foreach(file jcapimin jcapistd jccoefct jchuff jcinit jcmainct jcmarker jcmaster jcomapi jcparam jcprepct jmemmgr jutils jsimd_none)
  set_property(SOURCE ${source}/${file}.c APPEND PROPERTY COMPILE_OPTIONS ${CASEFRAME_SMALL})
endforeach()
if(CASEFRAME_SANITIZE)
  # With what the sanitizers add, its macros take a compiler longer to optimize than all that the tests have it code.
  set_property(SOURCE ${source}/jchuff.c APPEND PROPERTY COMPILE_OPTIONS -O0)
endif()
