# Writes the git description of SOURCE to OUTPUT/git_description.inc, and the day of its commit (UTC) to OUTPUT/git_date.inc, as C++ string
# literals; touches them only when they changed.
execute_process(COMMAND git -C ${SOURCE} describe --always --dirty --tags
  OUTPUT_VARIABLE description OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed OR NOT description)
  set(description "unknown")
endif()
set(ENV{TZ} UTC)
execute_process(COMMAND git -C ${SOURCE} log -1 --format=%cd --date=format-local:%Y-%m-%d
  OUTPUT_VARIABLE day OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed)
  set(day "")
endif()
file(CONFIGURE OUTPUT ${OUTPUT}/git_description.inc CONTENT "\"${description}\"\n")
file(CONFIGURE OUTPUT ${OUTPUT}/git_date.inc CONTENT "\"${day}\"\n")
