# SPDX-License-Identifier: MIT
# cmake -DPROGRAM=ans2emu -DPAGE=faults -DOUT=file -P docs_page.cmake: docs/PAGE.md is what the tables make.
execute_process(COMMAND ${PROGRAM} docs ${PAGE} OUTPUT_FILE ${OUT} COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND diff -u docs/${PAGE}.md ${OUT} RESULT_VARIABLE differs OUTPUT_VARIABLE diff)
if(differs)
  string(SUBSTRING "${diff}" 0 2000 diff)
  message(FATAL_ERROR "docs/${PAGE}.md is not what the tables make; ans2emu docs ${PAGE} > docs/${PAGE}.md\n${diff}")
endif()
