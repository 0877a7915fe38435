# SPDX-License-Identifier: MIT
# cmake -DPROGRAM=ans2emu -DSCENARIO=X.json -DGOLDEN=X.trace.jsonl -DOUT=file -P golden_trace.cmake: the run's trace is the golden one.
execute_process(COMMAND ${PROGRAM} run ${SCENARIO} --trace ${OUT} RESULT_VARIABLE code OUTPUT_VARIABLE text ERROR_VARIABLE text)
if(NOT code EQUAL 0)
  message(FATAL_ERROR "exit code ${code}:\n${text}")
endif()
execute_process(COMMAND ${CMAKE_COMMAND} -E compare_files ${OUT} ${GOLDEN} RESULT_VARIABLE differs ERROR_QUIET)
if(differs)
  execute_process(COMMAND diff -u ${GOLDEN} ${OUT} OUTPUT_VARIABLE diff)
  string(SUBSTRING "${diff}" 0 4000 diff)
  message(FATAL_ERROR "the trace differs from ${GOLDEN}:\n${diff}\n"
    "If the change is meant, read the difference and accept it: ans2emu run ${SCENARIO} --trace ${GOLDEN}")
endif()
