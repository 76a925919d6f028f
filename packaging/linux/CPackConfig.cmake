# A .deb and an .rpm of the archive's content, which is the same for every distribution. scripts/make-packages sets TREE, the files
# as they are installed, VERSION and MACHINE (x86_64 or aarch64) in the environment.
set(CPACK_PACKAGE_NAME iris-gpubench)
set(CPACK_PACKAGE_VERSION $ENV{VERSION})
set(CPACK_PACKAGE_FILE_NAME iris-gpubench-$ENV{VERSION}-linux-$ENV{MACHINE})
set(CPACK_PACKAGE_VENDOR "iris-gpubench")
set(CPACK_PACKAGE_CONTACT "iris-gpubench maintainers <maintainers@iris-gpubench.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "measure time, energy and carbon of GPU benchmarks")
set(CPACK_PACKAGE_DESCRIPTION "Runs a benchmark in a container or as a plain command, measures every
NVIDIA GPU while it runs, and reports time, energy with its interval,
carbon emissions and every doubt about them.
It brings its own libraries; the driver's library is the machine's.")
set(CPACK_INSTALLED_DIRECTORIES "$ENV{TREE};/")
set(CPACK_INSTALL_CMAKE_PROJECTS "")
set(CPACK_CMAKE_GENERATOR Ninja)
set(CPACK_PACKAGING_INSTALL_PREFIX /)
set(CPACK_SET_DESTDIR OFF)
set(CPACK_STRIP_FILES OFF)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "ca-certificates")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS OFF)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)

set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_RPM_PACKAGE_SUMMARY "Measures time, energy and carbon of GPU benchmarks")
set(CPACK_RPM_PACKAGE_DESCRIPTION "${CPACK_PACKAGE_DESCRIPTION}")
set(CPACK_RPM_PACKAGE_LICENSE "Apache-2.0")
set(CPACK_RPM_PACKAGE_GROUP "Applications/System")
set(CPACK_RPM_PACKAGE_AUTOREQPROV no)  # its libraries are for itself alone
set(CPACK_RPM_COMPRESSION_TYPE xz)
set(CPACK_RPM_PACKAGE_RELOCATABLE OFF)
set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION /usr/share/man /usr/share/man/man1 /usr/share/bash-completion
    /usr/share/bash-completion/completions /usr/share/zsh /usr/share/zsh/site-functions
    /usr/share/fish /usr/share/fish/vendor_completions.d)
set(CPACK_RPM_SPEC_MORE_DEFINE "%define __os_install_post %{nil}\n%define _build_id_links none\n%define source_date_epoch_from_changelog 0
%define use_source_date_epoch_as_buildtime 1\n%define clamp_mtime_to_source_date_epoch 1\n%define _buildhost localhost")
if("$ENV{MACHINE}" STREQUAL aarch64)
  set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE arm64)
  set(CPACK_RPM_PACKAGE_ARCHITECTURE aarch64)
else()
  set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE amd64)
  set(CPACK_RPM_PACKAGE_ARCHITECTURE x86_64)
endif()
