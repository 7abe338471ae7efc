# The Debian package (`jobs/package`). Included by CMakeLists.txt, and again by CPack when it packs, for what is known only then: version and
# time are those of the last commit, so that the same commit gives the same bytes.
if(NOT CPACK_GENERATOR)
  set(CPACK_GENERATOR DEB)
  set(CPACK_SET_DESTDIR ON)
  set(CPACK_INSTALL_PREFIX /usr)
  set(CPACK_STRIP_FILES ON)
  set(CPACK_INSTALL_CMAKE_PROJECTS "${CMAKE_BINARY_DIR};moisson;ALL;/;${CMAKE_BINARY_DIR};moisson;debian;/")
  set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_CURRENT_LIST_FILE})
  set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/stage.cmake)
  set(CPACK_MOISSON_SOURCE ${CMAKE_CURRENT_SOURCE_DIR})
  set(CPACK_MOISSON_AT_NEED ${MOISSON_AT_NEED})
  set(CPACK_PACKAGE_CONTACT "The Moisson authors <maintainers@moisson.example>")
  set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
  set(CPACK_DEBIAN_PACKAGE_SECTION utils)
  set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
  set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser, tzdata")
  set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "ca-certificates")
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
  set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_CURRENT_LIST_DIR}/conffiles ${CMAKE_CURRENT_LIST_DIR}/postinst ${CMAKE_CURRENT_LIST_DIR}/postrm)
  set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
  set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "monthly export of cloud invoices into one ledger")
  set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "Asks the Orange Business Cloud Store Customer Space API for every invoice,
bill and report of every contract that an account sees, and publishes the
month as one ledger (CSV and XLSX), one archive that stands as evidence,
files for accounting software, and a summary for machines and people:
together, or not at all.
.
A systemd timer for the monthly job is part of the package, disabled.")
  install(FILES ${CMAKE_CURRENT_LIST_DIR}/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT debian EXCLUDE_FROM_ALL)
  install(FILES jobs/monthly.toml DESTINATION /etc/moisson COMPONENT debian EXCLUDE_FROM_ALL)
  install(FILES jobs/moisson.service jobs/moisson.timer jobs/moisson-alert@.service DESTINATION /lib/systemd/system COMPONENT debian EXCLUDE_FROM_ALL)
  include(CPack)
  return()
endif()

# moisson_git(RESULT ARGUMENT...): what git answers in the sources; empty where it answers nothing.
function(moisson_git result)
  execute_process(COMMAND git -C ${CPACK_MOISSON_SOURCE} ${ARGN}
    OUTPUT_VARIABLE answer OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(failed)
    set(answer "")
  endif()
  set(${result} "${answer}" PARENT_SCOPE)
endfunction()

# What is loaded at need alone is not in the program's own list of libraries, from which the package's dependencies are made.
foreach(library IN LISTS CPACK_MOISSON_AT_NEED)
  file(REAL_PATH ${library} file)
  execute_process(COMMAND dpkg-query --search ${file} OUTPUT_VARIABLE answer ERROR_QUIET RESULT_VARIABLE failed)
  if(failed)
    string(REGEX REPLACE "^/usr" "" file ${file})
    execute_process(COMMAND dpkg-query --search ${file} OUTPUT_VARIABLE answer COMMAND_ERROR_IS_FATAL ANY)
  endif()
  string(REGEX REPLACE ":.*" "" package "${answer}")
  string(APPEND CPACK_DEBIAN_PACKAGE_DEPENDS ", ${package}")
endforeach()

# A commit behind the release is newer than it (1.0.0+git…), one before it older (1.0.0~git…), and later ones are newer than earlier ones.
set(CPACK_DEBIAN_PACKAGE_VERSION ${CPACK_PACKAGE_VERSION})
set(ENV{TZ} UTC)
moisson_git(time log -1 --format=%ct)
moisson_git(commit log -1 --format=git%cd.%h --date=format-local:%Y%m%d.%H%M%S --abbrev=10)
moisson_git(since describe --tags --match v${CPACK_PACKAGE_VERSION})
moisson_git(changed status --porcelain --untracked-files=no)
if(commit AND NOT since STREQUAL "v${CPACK_PACKAGE_VERSION}")
  if(since)
    string(APPEND CPACK_DEBIAN_PACKAGE_VERSION "+${commit}")
  else()
    string(APPEND CPACK_DEBIAN_PACKAGE_VERSION "~${commit}")
  endif()
endif()
if(changed)
  string(APPEND CPACK_DEBIAN_PACKAGE_VERSION ".changed")
endif()
if(NOT DEFINED ENV{SOURCE_DATE_EPOCH} AND time)
  set(ENV{SOURCE_DATE_EPOCH} ${time})
endif()
