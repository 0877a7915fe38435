# SPDX-License-Identifier: MIT
# The program as a user meets it: every scenario of the tree is a test, and so are the exit codes.
file(GLOB_RECURSE scenarios CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/scenarios/*.json)
list(FILTER scenarios EXCLUDE REGEX "scenario\\.schema\\.json$|\\.script\\.json$")
set(linux_scenarios ${scenarios})
list(FILTER linux_scenarios INCLUDE REGEX "^scenarios/linux/")
list(FILTER scenarios EXCLUDE REGEX "^scenarios/linux/")
foreach(file IN LISTS scenarios)
  add_test(NAME ${file} COMMAND ans2emu run ${file} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(${file} PROPERTIES LABELS scenario TIMEOUT 120)
endforeach()

include(${CMAKE_CURRENT_LIST_DIR}/linux_tests.cmake)

# A trace beside a scenario (X.trace.jsonl) is its golden one, reviewed by eye.
file(GLOB_RECURSE goldens CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/scenarios/*.trace.jsonl)
foreach(golden IN LISTS goldens)
  string(REPLACE ".trace.jsonl" ".json" file ${golden})
  string(MAKE_C_IDENTIFIER ${golden} out)
  add_test(NAME ${golden}
    COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:ans2emu> -DSCENARIO=${file} -DGOLDEN=${golden}
      -DOUT=${CMAKE_CURRENT_BINARY_DIR}/${out} -P ${CMAKE_CURRENT_LIST_DIR}/golden_trace.cmake
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(${golden} PROPERTIES LABELS scenario TIMEOUT 60)
endforeach()

# Same scenario, seed and build: the same trace, over the whole set.
add_test(NAME traces.repeat
  COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:ans2emu> -DOUT=${CMAKE_CURRENT_BINARY_DIR}/traces
    -P ${CMAKE_CURRENT_LIST_DIR}/repeat_traces.cmake
  WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
set_tests_properties(traces.repeat PROPERTIES LABELS scenario TIMEOUT 300)

# The reference pages are those that the tables make.
foreach(page scenarios faults rules measures)
  add_test(NAME docs.${page}
    COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:ans2emu> -DPAGE=${page} -DOUT=${CMAKE_CURRENT_BINARY_DIR}/${page}.md
      -P ${CMAKE_CURRENT_LIST_DIR}/docs_page.cmake
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(docs.${page} PROPERTIES LABELS scenario TIMEOUT 60)
endforeach()

# ans_cli_test(<name> <exit code> <regex of the output> <arguments...>)
function(ans_cli_test name code output)
  add_test(NAME cli.${name}
    COMMAND ${CMAKE_COMMAND} -DCODE=${code} "-DOUTPUT=${output}" -P ${CMAKE_CURRENT_LIST_DIR}/expect_exit.cmake
      -- $<TARGET_FILE:ans2emu> ${ARGN}
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(cli.${name} PROPERTIES LABELS scenario TIMEOUT 60)
endfunction()

set(lost scenarios/faults/lost_completion_irq.json)
ans_cli_test(passes 0 "PASSED  A completion interrupt is lost" run ${lost})
ans_cli_test(missed_expectation 1 "counter completions_polled: expected 9, got 1"
  run ${lost} --set expect.counters.completions_polled=9)
ans_cli_test(bad_scenario 2 "/driver/queue_depth: found 0, expected a whole number from 1 to 61"
  run ${lost} --set driver.queue_depth=0)
ans_cli_test(missing_file 2 "nowhere.json: no such file" run nowhere.json)
ans_cli_test(missing_image 2 "no-such-image.img" run ${lost} --set media.image=no-such-image.img)
ans_cli_test(bad_usage 2 "--frobnicate" run ${lost} --frobnicate)
ans_cli_test(bad_seed 2 "whole number from 0" run ${lost} --seed -1)
ans_cli_test(no_command 2 "subcommand is required")
ans_cli_test(help 0 "Exit codes:" --help)
foreach(command run check list regs faults rules mutate docs bench)
  ans_cli_test(help_${command} 0 "Example:" ${command} --help)
endforeach()
ans_cli_test(check 0 "ok  scenarios/power/power_cut.json" check scenarios)
ans_cli_test(check_library 0 "ok  scenarios/scripts/rtkit.script.json" check scenarios/scripts/rtkit.script.json)
ans_cli_test(run_library 2 "is a library of scripts, not a scenario" run scenarios/scripts/rtkit.script.json)
ans_cli_test(script_unfinished 1 "script odd_map did not finish .must_finish is true.: it waited at step 7 of 7, /scripts/0/steps/6: .*wait"
  run scenarios/faults/script_epmap_in_odd_order.json --set scripts.0.steps.6.wait.nth=2)
ans_cli_test(list 0 "\"path\": \"scenarios/boot/t8103.json\"" list --json)
ans_cli_test(regs 0 "A2I_CONTROL" regs mailbox)
ans_cli_test(regs_unknown 2 "did you mean \"mailbox\"" regs mailbx)
ans_cli_test(faults 0 "\"id\": \"nvme.irq.drop\"" faults --json)
ans_cli_test(rules 0 "TCB-02  error: doorbell" rules TCB-02)
ans_cli_test(rules_unknown 2 "did you mean \"TCB-02\"" rules TBC-02)

# Nobody leaves a protective measure out unnoticed: without each of them some scenario fails. Some 3000 runs: 8 s, and minutes
# with sanitizers, which find nothing here that the scenarios by themselves do not.
if(NOT ANS_SANITIZE)
  ans_cli_test(mutate 0 " 0 survivors" mutate)
  set_tests_properties(cli.mutate PROPERTIES TIMEOUT 300)
endif()
ans_cli_test(mutate_survivor 1 "SURVIVED" mutate --measure submit_lock scenarios/boot/t8103.json)

# The machine with RTL twins is the same machine: some runs every day, all of them in the full set.
if(ANS_VERILATOR)
  foreach(models rtl lockstep)
    foreach(label scenario full)
      set(folders scenarios/boot scenarios/power)
      set(prefix "")
      if(label STREQUAL full)
        file(GLOB folders RELATIVE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/scenarios/*)
        list(FILTER folders EXCLUDE REGEX "/(linux|scripts|scenario.schema.json)$") # Linux needs its kernel, and minutes
        set(prefix full.)
      endif()
      add_test(NAME ${prefix}twins.${models}
        COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:ans2emu> -DOUT=${CMAKE_CURRENT_BINARY_DIR}/${prefix}twins_${models}
          -DMODELS=${models} "-DFOLDERS=${folders}" -P ${CMAKE_CURRENT_LIST_DIR}/twin_traces.cmake
        WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
      set_tests_properties(${prefix}twins.${models} PROPERTIES LABELS ${label} TIMEOUT 600)
    endforeach()
  endforeach()
  ans_cli_test(vcd 0 "PASSED" run scenarios/boot/t8103.json --set models.mailbox=rtl --vcd ${CMAKE_CURRENT_BINARY_DIR}/boot.vcd)
  add_test(NAME cli.vcd_signals COMMAND ${CMAKE_COMMAND} -E cat ${CMAKE_CURRENT_BINARY_DIR}/boot.vcd)
  set_tests_properties(cli.vcd PROPERTIES FIXTURES_SETUP boot_vcd)
  set_tests_properties(cli.vcd_signals PROPERTIES LABELS scenario FIXTURES_REQUIRED boot_vcd
    PASS_REGULAR_EXPRESSION "wire 32 [^ ]+ A2I_CONTROL ")
  # What GTKWave makes of it, as far as that goes without a screen.
  find_program(ANS_VCD2FST vcd2fst)
  find_program(ANS_FST2VCD fst2vcd)
  if(ANS_VCD2FST AND ANS_FST2VCD)
    foreach(soc t8103:sart-v2 t8112:sart-v3)
      string(REPLACE ":" ";" soc ${soc})
      list(GET soc 0 name)
      list(GET soc 1 sart)
      add_test(NAME cli.vcd_in_gtkwave.${name}
        COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:ans2emu> -DSCENARIO=scenarios/boot/${name}.json -DSART=${sart}
          -DOUT=${CMAKE_CURRENT_BINARY_DIR}/vcd_${name} -DVCD2FST=${ANS_VCD2FST} -DFST2VCD=${ANS_FST2VCD}
          -P ${CMAKE_CURRENT_LIST_DIR}/read_vcd.cmake
        WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
      set_tests_properties(cli.vcd_in_gtkwave.${name} PROPERTIES LABELS scenario TIMEOUT 60)
    endforeach()
  else()
    message(STATUS "no GTKWave: the test that it reads the twins' waveforms is left out")
  endif()
  ans_cli_test(vcd_nothing 2 "runs none; add --set models.mailbox=rtl" run scenarios/boot/t8103.json --vcd nothing.vcd)
  ans_cli_test(vcd_unwritable 2 "cannot write"
    run scenarios/boot/t8103.json --set models.sart=rtl --vcd no/such/folder/boot.vcd)
else()
  ans_cli_test(no_twins 2 "this build has none: Verilator was not found" run scenarios/boot/t8103.json --set models.mailbox=rtl)
endif()
