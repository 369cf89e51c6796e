# SPDX-License-Identifier: BSD-3-Clause
from spack_repo.builtin.build_systems.generic import Package

from spack.package import *


class Lbfgsb(Package):
    """L-BFGS-B as a shared library, liblbfgsb.so; packages.yaml names the prefix."""

    homepage = "https://users.iems.northwestern.edu/~nocedal/lbfgsb.html"

    has_code = False

    version("3.0")

    def install(self, spec, prefix):
        raise InstallError(
            "Spack cannot build L-BFGS-B; install it (Debian: liblbfgsb-dev), and give its prefix in packages.yaml, "
            "as launch/README.md says"
        )
