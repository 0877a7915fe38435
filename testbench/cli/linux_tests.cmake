# SPDX-License-Identifier: MIT
# Scenarios that Linux drives. The kernel is built once, by a fixture, into the user's cache. Label `full`: what takes long, or
# the flavour with KASAN; the presets leave it out, and `ctest --preset full` does it.
foreach(flavour plain kasan)
  add_test(NAME linux.kit_${flavour} COMMAND ${PROJECT_SOURCE_DIR}/scripts/linux.sh --flavour ${flavour})
  set_tests_properties(linux.kit_${flavour} PROPERTIES FIXTURES_SETUP linux_${flavour} LABELS linux TIMEOUT 3600)
endforeach()
set_tests_properties(linux.kit_kasan PROPERTIES LABELS "linux;full")

# ans_linux_test(<name> <kit> <full or fast> <command...>)
function(ans_linux_test name kit extent)
  add_test(NAME ${name} COMMAND ${ARGN} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  ans_linux_properties(${name} ${kit} ${extent})
endfunction()
function(ans_linux_properties name kit extent)
  set_tests_properties(${name} PROPERTIES FIXTURES_REQUIRED linux_${kit} LABELS linux TIMEOUT 300)
  if(extent STREQUAL full)
    set_tests_properties(${name} PROPERTIES LABELS "linux;full" TIMEOUT 1800)
  endif()
endfunction()

foreach(file IN LISTS linux_scenarios)
  file(STRINGS ${PROJECT_SOURCE_DIR}/${file} kasan REGEX "\"flavour\": \"kasan\"")
  if(kasan)
    ans_linux_test(${file} kasan full ans2emu run ${file})
  elseif(file MATCHES "/full/")
    ans_linux_test(${file} plain full ans2emu run ${file})
  else()
    ans_linux_test(${file} plain fast ans2emu run ${file})
  endif()
endforeach()

set(scripts ${PROJECT_SOURCE_DIR}/scripts/linux)
ans_linux_test(linux.filesystem plain fast ${scripts}/filesystem.sh $<TARGET_FILE:ans2emu>)
ans_linux_test(linux.power_cuts plain fast ${scripts}/power_cuts.sh 1 20 $<TARGET_FILE:ans2emu>)
ans_linux_test(linux.power_cuts_full plain full ${scripts}/power_cuts.sh 21 200 $<TARGET_FILE:ans2emu>)

# The sweep's own machinery, on one pair of hundreds.
ans_linux_test(linux.sweep kasan full sh -c
  "rm -rf $1 && ANS2EMU=$2 ${scripts}/sweep.sh -a firmware.crash $1 idle" sh
  ${CMAKE_CURRENT_BINARY_DIR}/sweep $<TARGET_FILE:ans2emu>)
set_tests_properties(linux.sweep PROPERTIES PASS_REGULAR_EXPRESSION "idle.idle\tfirmware.crash\tgone\t")

# The machine with RTL twins is the same machine for Linux too: same outcome, same events. `full`: the life of a driver,
# and what goes wrong around mailbox and SART.
if(ANS_VERILATOR)
  # ans_linux_twins_test(<name> <rtl or lockstep> <full or fast> <scenarios...>)
  function(ans_linux_twins_test name models extent)
    add_test(NAME ${name}
      COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:ans2emu> -DOUT=${CMAKE_CURRENT_BINARY_DIR}/${name}
        -DMODELS=${models} "-DFOLDERS=${ARGN}" -P ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/twin_traces.cmake
      WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
    ans_linux_properties(${name} plain ${extent})
  endfunction()
  set(life boot identify suspend unbind left_running power_off filesystem)
  list(TRANSFORM life REPLACE "(.+)" "scenarios/linux/\\1.json")
  set(around ${linux_scenarios})
  list(FILTER around INCLUDE REGEX
    "/faults/(mailbox|rtkit_buffer|firmware_writes|dma_into|pmgr|reset|sleep|power_cut_keeps_any)[^/]*$")
  ans_linux_twins_test(linux.twins.lockstep lockstep fast scenarios/linux/boot.json)
  foreach(models rtl lockstep)
    ans_linux_twins_test(full.linux.twins.${models} ${models} full ${life} ${around})
  endforeach()
endif()
