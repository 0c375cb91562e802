# `cmake --build --preset native --target format-check | tidy | format`: clang-format and clang-tidy over our own code.
file(GLOB_RECURSE caseframe_sources CONFIGURE_DEPENDS
  ${PROJECT_SOURCE_DIR}/src/*.cpp ${PROJECT_SOURCE_DIR}/src/*.hpp ${PROJECT_SOURCE_DIR}/bindings/*.cpp
  ${PROJECT_SOURCE_DIR}/tests/cpp/*.cpp ${PROJECT_SOURCE_DIR}/tests/cpp/*.hpp
  ${PROJECT_SOURCE_DIR}/tests/fuzz/*.cpp ${PROJECT_SOURCE_DIR}/tests/fuzz/*.hpp
  ${PROJECT_SOURCE_DIR}/tests/bench/*.cpp ${PROJECT_SOURCE_DIR}/tests/bench/*.hpp)
file(GLOB_RECURSE caseframe_core CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/*.cpp)
add_custom_target(format COMMAND clang-format -i ${caseframe_sources} VERBATIM)
add_custom_target(format-check COMMAND clang-format --dry-run --Werror ${caseframe_sources} VERBATIM)

# A stamp a file: what has not changed since it was found clean is not looked at again.
file(GLOB_RECURSE caseframe_headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/*.hpp)
foreach(file ${caseframe_core})
  get_filename_component(name ${file} NAME)
  set(stamp ${PROJECT_BINARY_DIR}/tidy/${name}.clean)
  add_custom_command(
    OUTPUT ${stamp}
    COMMAND clang-tidy --quiet -p ${PROJECT_BINARY_DIR} ${file}
    COMMAND ${CMAKE_COMMAND} -E touch ${stamp}
    DEPENDS ${file} ${caseframe_headers} ${PROJECT_SOURCE_DIR}/.clang-tidy
    VERBATIM)
  list(APPEND stamps ${stamp})
endforeach()
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/tidy)
add_custom_target(tidy DEPENDS ${stamps})
