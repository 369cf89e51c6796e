# SPDX-License-Identifier: BSD-3-Clause
from spack_repo.builtin.build_systems.generic import Package

from spack.package import *


class Libcsv(Package):
    """libcsv, a parser of tables; packages.yaml names the prefix."""

    homepage = "https://github.com/rgamble/libcsv"

    has_code = False

    version("3.0.3")

    def install(self, spec, prefix):
        raise InstallError(
            "Spack cannot build libcsv; install it (Debian: libcsv-dev), and give its prefix in packages.yaml, "
            "as launch/README.md says"
        )
