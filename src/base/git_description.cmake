# Writes the git description of SOURCE to OUTPUT as a C++ string literal; touches OUTPUT only when it changed.
execute_process(COMMAND git -C ${SOURCE} describe --always --dirty --tags
  OUTPUT_VARIABLE description OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed OR NOT description)
  set(description "unknown")
endif()
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT "\"${description}\"\n")
