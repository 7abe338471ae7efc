# The built-in scenarios are the files of samples/, inside the program: an installed one needs no file.
# Included by the top CMakeLists.txt it declares the step; run as a script (with FILES and OUTPUT) it writes C++ entries {name, text}.
if(NOT CMAKE_SCRIPT_MODE_FILE)
  if(TARGET moisson_sandbox)
    set(scenario_files "")
    foreach(name clean large small)
      list(APPEND scenario_files ${CMAKE_CURRENT_SOURCE_DIR}/samples/${name}.toml)
    endforeach()
    set(scenario_output ${CMAKE_CURRENT_BINARY_DIR}/sandbox/scenarios.inc)
    add_custom_command(OUTPUT ${scenario_output}
      COMMAND ${CMAKE_COMMAND} "-DFILES=${scenario_files}" -DOUTPUT=${scenario_output}
              -P ${CMAKE_CURRENT_SOURCE_DIR}/src/sandbox/embed.cmake
      DEPENDS ${scenario_files} ${CMAKE_CURRENT_SOURCE_DIR}/src/sandbox/embed.cmake
      VERBATIM)
    target_sources(moisson_sandbox PRIVATE ${scenario_output})
    target_include_directories(moisson_sandbox PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/sandbox)
  endif()
  return()
endif()

set(text "// The built-in scenarios.\n")
foreach(file IN LISTS FILES)
  get_filename_component(name "${file}" NAME_WE)
  file(READ "${file}" toml)
  string(APPEND text "BuiltInScenario{\"${name}\", R\"scenario(${toml})scenario\"},\n")
endforeach()
file(WRITE "${OUTPUT}" "${text}")
