# SPDX-License-Identifier: MIT
# cmake -DPROGRAM=ans2emu -DOUT=folder -DMODELS=rtl -DFOLDERS=scenarios/boot;... -P twin_traces.cmake: every run passes with
# the twins as it does with the TLM blocks, and its trace tells the same events in the same order. On rtl only times of less
# than a clock period may differ; in lockstep nothing may. Twins are slower, so the limits of real time are none of theirs.
set(twins --set models.mailbox=${MODELS} --set models.sart=${MODELS})
foreach(kind tlm ${MODELS})
  file(REMOVE_RECURSE ${OUT}/${kind})
  file(MAKE_DIRECTORY ${OUT}/${kind})
  set(options "")
  if(NOT kind STREQUAL tlm)
    set(options ${twins})
  endif()
  execute_process(COMMAND ${PROGRAM} run ${FOLDERS} ${options} --set limits.wall_s=600 --trace ${OUT}/${kind} OUTPUT_VARIABLE text ERROR_VARIABLE text
    RESULT_VARIABLE code)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "${kind}: exit code ${code}:\n${text}")
  endif()
endforeach()

file(GLOB traces RELATIVE ${OUT}/tlm ${OUT}/tlm/*)
list(LENGTH traces count)
set(other "")
foreach(trace IN LISTS traces)
  execute_process(COMMAND ${CMAKE_COMMAND} -E compare_files ${OUT}/tlm/${trace} ${OUT}/${MODELS}/${trace}
    RESULT_VARIABLE differs ERROR_QUIET)
  if(differs AND NOT MODELS STREQUAL lockstep)
    foreach(kind tlm ${MODELS})
      execute_process(COMMAND sed "s/\"t_us\":[0-9.]*//" ${OUT}/${kind}/${trace} OUTPUT_FILE ${OUT}/${kind}.timeless)
    endforeach()
    execute_process(COMMAND ${CMAKE_COMMAND} -E compare_files ${OUT}/tlm.timeless ${OUT}/${MODELS}.timeless
      RESULT_VARIABLE differs ERROR_QUIET)
  endif()
  if(differs)
    list(APPEND other ${trace})
  endif()
endforeach()
if(other OR count EQUAL 0)
  message(FATAL_ERROR "of ${count} traces these differ in ${OUT}: ${other}")
endif()
file(REMOVE_RECURSE ${OUT})
