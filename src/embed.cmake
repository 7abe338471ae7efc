# moisson_embed(ROOM NAME FILE...): files of the source tree become part of the program. The room includes NAME.inc, which has
# `NAME::built_in_files`, a table of their paths and bytes: an installed program needs no file. Run as a script (with ROOT, NAME, FILES and
# OUTPUT) it writes that table. Bytes as numbers: not all files are text.
if(NOT CMAKE_SCRIPT_MODE_FILE)
  function(moisson_embed room name)
    if(NOT TARGET moisson_${room})
      return()
    endif()
    set(output ${CMAKE_CURRENT_BINARY_DIR}/${room}/${name}.inc)
    list(TRANSFORM ARGN PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ OUTPUT_VARIABLE paths)
    add_custom_command(OUTPUT ${output}
      COMMAND ${CMAKE_COMMAND} -DROOT=${CMAKE_CURRENT_SOURCE_DIR} -DNAME=${name} "-DFILES=${ARGN}" -DOUTPUT=${output}
              -P ${CMAKE_CURRENT_FUNCTION_LIST_FILE}
      DEPENDS ${paths} ${CMAKE_CURRENT_FUNCTION_LIST_FILE}
      VERBATIM)
    target_sources(moisson_${room} PRIVATE ${output})
    target_include_directories(moisson_${room} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/${room})
  endfunction()
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
# 65,536 bytes are what the standard asks any compiler to take in one literal; GCC and clang have no bound, and clang tells of it.
file(WRITE "${OUTPUT}" "#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored \"-Woverlength-strings\"
#endif
namespace ${NAME} {

struct BuiltInFile {\n    std::string_view path;\n    std::string_view bytes;\n};\n\n${arrays}
constexpr std::array<BuiltInFile, ${number}> built_in_files{\n${table}};\n\n}  // namespace ${NAME}
#if defined(__clang__)
#pragma clang diagnostic pop
#endif
")
