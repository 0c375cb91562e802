# `cmake --build --preset native --target format-check | tidy | format`: clang-format and clang-tidy over our own code.
file(GLOB_RECURSE caseframe_sources CONFIGURE_DEPENDS
  ${PROJECT_SOURCE_DIR}/src/*.cpp ${PROJECT_SOURCE_DIR}/src/*.hpp ${PROJECT_SOURCE_DIR}/bindings/*.cpp
  ${PROJECT_SOURCE_DIR}/tests/cpp/*.cpp ${PROJECT_SOURCE_DIR}/tests/cpp/*.hpp
  ${PROJECT_SOURCE_DIR}/tests/bench/native/*.cpp)
file(GLOB caseframe_core CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/*.cpp)
add_custom_target(format COMMAND clang-format -i ${caseframe_sources} VERBATIM)
add_custom_target(format-check COMMAND clang-format --dry-run --Werror ${caseframe_sources} VERBATIM)
add_custom_target(tidy COMMAND clang-tidy --quiet -p ${PROJECT_BINARY_DIR} ${caseframe_core} VERBATIM)
