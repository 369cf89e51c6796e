# SPDX-License-Identifier: BSD-3-Clause
from spack_repo.builtin.build_systems.generic import Package

from spack.package import *


class ChartJs(Package):
    """Chart.js 3, one file: share/javascript/chart.js/chart.min.js below its prefix; packages.yaml names the prefix."""

    homepage = "https://www.chartjs.org"

    has_code = False

    version("3.9.1")

    def install(self, spec, prefix):
        raise InstallError(
            "Spack cannot build Chart.js; install it (Debian: libjs-chart.js), and give its prefix in packages.yaml, "
            "as launch/README.md says"
        )
