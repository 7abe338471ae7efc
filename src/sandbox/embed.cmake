# The built-in scenarios and the collection for Postman are files of samples/, inside the program: an installed one needs no file.
# Included by the top CMakeLists.txt it declares the steps; run as a script it writes C++: of FILES entries {name, text}, of TEXT one text.
if(NOT CMAKE_SCRIPT_MODE_FILE)
  if(TARGET moisson_sandbox)
    set(scenario_files "")
    foreach(name books clean large small)
      list(APPEND scenario_files ${CMAKE_CURRENT_SOURCE_DIR}/samples/${name}.toml)
    endforeach()
    set(scenario_output ${CMAKE_CURRENT_BINARY_DIR}/sandbox/scenarios.inc)
    add_custom_command(OUTPUT ${scenario_output}
      COMMAND ${CMAKE_COMMAND} "-DFILES=${scenario_files}" -DOUTPUT=${scenario_output}
              -P ${CMAKE_CURRENT_SOURCE_DIR}/src/sandbox/embed.cmake
      DEPENDS ${scenario_files} ${CMAKE_CURRENT_SOURCE_DIR}/src/sandbox/embed.cmake
      VERBATIM)
    set(collection_file ${CMAKE_CURRENT_SOURCE_DIR}/samples/sandbox.postman_collection.json)
    set(collection_output ${CMAKE_CURRENT_BINARY_DIR}/sandbox/collection.inc)
    add_custom_command(OUTPUT ${collection_output}
      COMMAND ${CMAKE_COMMAND} "-DTEXT=${collection_file}" -DOUTPUT=${collection_output}
              -P ${CMAKE_CURRENT_SOURCE_DIR}/src/sandbox/embed.cmake
      DEPENDS ${collection_file} ${CMAKE_CURRENT_SOURCE_DIR}/src/sandbox/embed.cmake
      VERBATIM)
    target_sources(moisson_sandbox PRIVATE ${scenario_output} ${collection_output})
    target_include_directories(moisson_sandbox PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/sandbox)
  endif()
  return()
endif()

if(TEXT)
  file(READ "${TEXT}" text)
  file(WRITE "${OUTPUT}" "R\"collection(${text})collection\"\n")
  return()
endif()

set(text "// The built-in scenarios.\n")
foreach(file IN LISTS FILES)
  get_filename_component(name "${file}" NAME_WE)
  file(READ "${file}" toml)
  string(APPEND text "BuiltInScenario{\"${name}\", R\"scenario(${toml})scenario\"},\n")
endforeach()
file(WRITE "${OUTPUT}" "${text}")
