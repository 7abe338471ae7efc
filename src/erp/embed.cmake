# templates/ and samples/erp/ become part of the program. Included by the top CMakeLists.txt it declares the step; run as a script (with
# ROOT, FILES and OUTPUT) it writes the table of paths and bytes. Bytes as numbers: expected files are not all text.
if(NOT CMAKE_SCRIPT_MODE_FILE)
  if(TARGET moisson_erp)
    file(GLOB erp_files CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR}
      ${CMAKE_CURRENT_SOURCE_DIR}/templates/*.toml ${CMAKE_CURRENT_SOURCE_DIR}/templates/expected/* ${CMAKE_CURRENT_SOURCE_DIR}/samples/erp/*)
    set(erp_output ${CMAKE_CURRENT_BINARY_DIR}/erp/erp_files.inc)
    set(erp_paths ${erp_files})
    list(TRANSFORM erp_paths PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
    add_custom_command(OUTPUT ${erp_output}
      COMMAND ${CMAKE_COMMAND} -DROOT=${CMAKE_CURRENT_SOURCE_DIR} "-DFILES=${erp_files}" -DOUTPUT=${erp_output}
              -P ${CMAKE_CURRENT_SOURCE_DIR}/src/erp/embed.cmake
      DEPENDS ${erp_paths} ${CMAKE_CURRENT_SOURCE_DIR}/src/erp/embed.cmake
      VERBATIM)
    target_sources(moisson_erp PRIVATE ${erp_output})
    target_include_directories(moisson_erp PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/erp)
  endif()
  return()
endif()

set(arrays "")
set(table "")
set(number 0)
foreach(file IN LISTS FILES)
  file(READ "${ROOT}/${file}" bytes HEX)
  string(REGEX REPLACE "(..)" "\\\\x\\1" bytes "${bytes}")
  # Pieces of 32 bytes: one literal a line.
  string(REGEX REPLACE "((\\\\x..)(\\\\x..)?(\\\\x..)?(\\\\x..)?(\\\\x..)?(\\\\x..)?(\\\\x..)?(\\\\x..)?)" "\"\\1\"\n" bytes "${bytes}")
  file(SIZE "${ROOT}/${file}" size)
  string(APPEND arrays "constexpr char file_${number}[] =\n\"\"${bytes};\n")
  string(APPEND table "    BuiltInFile{\"${file}\", std::string_view(file_${number}, ${size})},\n")
  math(EXPR number "${number} + 1")
endforeach()
file(WRITE "${OUTPUT}" "// Paths and bytes.\n${arrays}\nconstexpr std::array<BuiltInFile, ${number}> built_in_files{\n${table}};\n")
