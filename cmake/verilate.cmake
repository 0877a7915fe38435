# SPDX-License-Identifier: MIT
# ans_verilate(<target> TOP <module> SOURCES <files...> [LINT_ALSO <NAME=VALUE>...]): a static library with the verilated module
# `V<module>` (SystemC). The generated C++ is one translation unit, without our warnings; `verilator --lint-only -Wall` of the
# same sources is the test <module>_rtl_lint, and <module>_rtl_lint.NAME=VALUE with a parameter other than its default.
set(ANS_VERILATE_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

if(CMAKE_SCRIPT_MODE_FILE)
  # cmake -DVERILATOR=... -DMDIR=... -DTOP=... -DARGS=a;b -P verilate.cmake: generates, then names every file in one.
  file(REMOVE_RECURSE ${MDIR})
  file(MAKE_DIRECTORY ${MDIR})
  execute_process(COMMAND ${VERILATOR} ${ARGS} --Mdir ${MDIR} --prefix V${TOP} --top-module ${TOP}
    COMMAND_ERROR_IS_FATAL ANY)
  # Verilator 5.006 writes a counter's registration into its own std classes that does not compile; they have no counters.
  file(GLOB classes ${MDIR}/V${TOP}_std*Vclpkg__Slow.cpp)
  foreach(file ${classes})
    file(READ ${file} text)
    string(REGEX REPLACE "VL_COVER_INSERT[^;]*;" "" text "${text}")
    file(WRITE ${file} "${text}")
  endforeach()
  file(GLOB generated RELATIVE ${MDIR} ${MDIR}/V${TOP}*.cpp)
  set(unit "")
  foreach(file ${generated})
    string(APPEND unit "#include \"${file}\"\n")
  endforeach()
  file(WRITE ${MDIR}/all_of_${TOP}.cpp "${unit}")
  return()
endif()

function(ans_verilate target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TOP" "SOURCES;LINT_ALSO")
  set(sources ${arg_SOURCES})
  list(TRANSFORM sources PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  set(mdir ${CMAKE_CURRENT_BINARY_DIR}/V${arg_TOP})
  set(arguments --sc --pins-bv 65 --trace --assert -O3 ${sources})
  if(ANS_RTL_COVERAGE)
    list(PREPEND arguments --coverage-line --coverage-toggle ${PROJECT_SOURCE_DIR}/cmake/coverage.vlt)
  endif()
  add_custom_command(OUTPUT ${mdir}/all_of_${arg_TOP}.cpp
    COMMAND ${CMAKE_COMMAND} -DVERILATOR=${ANS_VERILATOR} -DMDIR=${mdir} -DTOP=${arg_TOP} "-DARGS=${arguments}"
      -P ${ANS_VERILATE_SCRIPT}
    DEPENDS ${sources} ${ANS_VERILATE_SCRIPT}
    COMMENT "Verilating ${arg_TOP}" VERBATIM)
  add_library(${target} STATIC ${mdir}/all_of_${arg_TOP}.cpp)
  target_include_directories(${target} SYSTEM INTERFACE ${mdir})
  target_include_directories(${target} PRIVATE ${mdir})
  target_link_libraries(${target} PUBLIC ans_verilator_runtime)
  target_compile_options(${target} PRIVATE -w -O2 $<$<BOOL:${ANS_SANITIZE}>:-fsanitize=address>)
  set_target_properties(${target} PROPERTIES CXX_CLANG_TIDY "" POSITION_INDEPENDENT_CODE ${ANS_PIC})
  set_property(GLOBAL APPEND PROPERTY ANS_MODEL_LIBRARIES ${target})
  if(BUILD_TESTING)
    set(lint ${ANS_VERILATOR} --lint-only -Wall --top-module ${arg_TOP})
    add_test(NAME ${arg_TOP}_rtl_lint COMMAND ${lint} ${sources})
    set_tests_properties(${arg_TOP}_rtl_lint PROPERTIES LABELS unit)
    foreach(parameter IN LISTS arg_LINT_ALSO)
      add_test(NAME ${arg_TOP}_rtl_lint.${parameter} COMMAND ${lint} -G${parameter} ${sources})
      set_tests_properties(${arg_TOP}_rtl_lint.${parameter} PROPERTIES LABELS unit)
    endforeach()
  endif()
endfunction()
