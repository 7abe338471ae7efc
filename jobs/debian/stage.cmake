# What Debian asks of a package's files beside what is installed anywhere: its changelog, and compressed pages of the manual. Run by CPack
# when the files stand in CPACK_TEMPORARY_DIRECTORY.
set(root ${CPACK_TEMPORARY_DIRECTORY})
set(doc ${root}/usr/share/doc/moisson)
execute_process(COMMAND date -u -R -d @$ENV{SOURCE_DATE_EPOCH} OUTPUT_VARIABLE date OUTPUT_STRIP_TRAILING_WHITESPACE)
file(WRITE ${doc}/changelog "moisson (${CPACK_DEBIAN_PACKAGE_VERSION}) unstable; urgency=medium

  * What changed stands in CHANGELOG.md, beside this file.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")
file(GLOB plain ${root}/usr/share/man/man*/*.[157] ${doc}/changelog ${doc}/CHANGELOG.md)
foreach(file IN LISTS plain)
  execute_process(COMMAND gzip -9nf ${file} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
# Its text is the one of copyright.
file(REMOVE ${doc}/LICENSE)
# Whatever the umask of who packs.
execute_process(COMMAND chmod -R u=rwX,go=rX ${root}/usr ${root}/etc ${root}/lib COMMAND_ERROR_IS_FATAL ANY)
