"""An example: reframe -c share/reframe/train.py -r --performance-report"""
import os
import sys

import reframe as rfm
import reframe.utility.sanity as sn

sys.path.insert(0, os.path.dirname(__file__))
from gpubench import Measured  # noqa: E402


@rfm.simple_test
class Train(rfm.RunOnlyRegressionTest, Measured):
    valid_systems = ["*"]
    valid_prog_environs = ["*"]
    executable = "sh"
    executable_opts = ["-c", "'sleep 2; echo trained'"]  # the benchmark
    # A limit: the energy may be 5 % more than 12,000 J.
    # reference = {"*": {"energy": (12000, None, 0.05, "J")}}

    @sanity_function
    def trained(self):
        return sn.assert_found("trained", self.stdout)
