# SPDX-License-Identifier: MIT
# cmake -DBUILD=... -DSOURCE=... -DWORK=... -P package_test.cmake: installs into an empty prefix, moves it, and compiles and
# runs the examples against that and nothing else.
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE code OUTPUT_VARIABLE out ERROR_VARIABLE err)
  if(NOT code EQUAL 0)
    list(JOIN ARGN " " line)
    message(FATAL_ERROR "${line}\nexit code ${code}\n${out}\n${err}")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/first)
set(prefix ${WORK}/prefix)
file(RENAME ${WORK}/first ${prefix})

foreach(file bin/ans2emu include/ans2emu.h include/ans2emu/platform/ans2.h include/ans2emu/models/soc/soc.h
    ${LIBDIR}/libans2emu.so ${LIBDIR}/libans2emu_models.a ${LIBDIR}/pkgconfig/ans2emu.pc
    ${LIBDIR}/cmake/ans2emu/ans2emuConfig.cmake share/ans2emu/scenarios/scenario.schema.json
    share/ans2emu/scenarios/boot/t8103.json)
  if(NOT EXISTS ${prefix}/${file})
    message(FATAL_ERROR "not installed: ${file}")
  endif()
endforeach()

set(ENV{PKG_CONFIG_PATH} ${prefix}/${LIBDIR}/pkgconfig)
set(ENV{LD_LIBRARY_PATH} ${prefix}/${LIBDIR})
set(ENV{ASAN_OPTIONS} "detect_leaks=0:$ENV{ASAN_OPTIONS}")
set(program ${prefix}/bin/ans2emu)
set(examples ${prefix}/share/ans2emu/examples)
set(scenario ${prefix}/share/ans2emu/scenarios/boot/t8103.json)

# cc and pkg-config; every SoC; a program, and a shared object for --driver.
foreach(name polling interrupt)
  set(compile "cc -std=c99 -pedantic-errors -Wall -Wextra -Werror ${FLAGS} ${examples}/${name}.c")
  run(sh -c "${compile} $(pkg-config --cflags --libs ans2emu) -o ${WORK}/${name}")
  run(sh -c "${compile} -shared -fPIC $(pkg-config --cflags --libs ans2emu) -o ${WORK}/${name}.so")
  run(${WORK}/${name})
  foreach(soc t8103 t8112 t6000 t6020)
    run(${WORK}/${name} ${scenario} soc=${soc} expect.log={})
    run(${program} run ${scenario} --set soc=${soc} --set expect.log={} --driver ${WORK}/${name}.so)
  endforeach()
endforeach()

# CMake.
run(${CMAKE_COMMAND} -S ${SOURCE}/consumer -B ${WORK}/consumer -G ${GENERATOR} -DCMAKE_PREFIX_PATH=${prefix}
  -DEXAMPLES=${examples} -DCMAKE_CXX_COMPILER=${CXX} -DCMAKE_C_FLAGS=${FLAGS} -DCMAKE_CXX_FLAGS=${FLAGS})
run(${CMAKE_COMMAND} --build ${WORK}/consumer)
foreach(name polling interrupt platform mailbox)
  run(${WORK}/consumer/${name})
endforeach()

# The program finds what came with it.
execute_process(COMMAND ${program} list WORKING_DIRECTORY / OUTPUT_VARIABLE list RESULT_VARIABLE code)
if(NOT code EQUAL 0 OR NOT list MATCHES "boot/t8103.json")
  message(FATAL_ERROR "the installed program does not find its scenarios: ${list}")
endif()
