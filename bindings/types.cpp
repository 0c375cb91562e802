// Embind's own list of types, in place of the one in its library: that one registers strings, wide strings, every
// integer and every array, and with each of them comes JavaScript that no page of ours would ever call: half of all it
// downloads of the glue. What is missing here shows at once: the module does not start ("unknown type").
#include <emscripten/bind.h>
#include <emscripten/val.h>
#include <emscripten/wire.h>

#include <cstdint>

namespace {
emscripten::internal::InitFunc* first = nullptr;

// The index of a typed array in _embind_register_memory_view's list.
enum : std::uint8_t { kUint8Array = 1, kFloat64Array = 7 };
}  // namespace

// The names that Embind's headers and its JavaScript look for.
extern "C" {
const char* __getTypeName(const std::type_info* /*type*/) { return nullptr; }

void _embind_initialize_bindings() {
  for (auto* each = first; each != nullptr; each = each->next) each->init_func();
}

void _embind_register_bindings(emscripten::internal::InitFunc* init) {
  init->next = first;
  first = init;
}
}

EMSCRIPTEN_BINDINGS(types) {
  using namespace emscripten::internal;
  using emscripten::memory_view;
  _embind_register_void(TypeID<void>::get(), "void");
  _embind_register_float(TypeID<double>::get(), "double", sizeof(double));
  _embind_register_emval(TypeID<emscripten::val>::get());
  _embind_register_memory_view(TypeID<memory_view<std::uint8_t>>::get(), kUint8Array, "bytes");
  _embind_register_memory_view(TypeID<memory_view<double>>::get(), kFloat64Array, "doubles");
}
