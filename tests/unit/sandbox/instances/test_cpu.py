"""CPU of a process and all below it."""

import subprocess
import sys

import pytest

from sandbox.instances import cpu

# Its child uses some CPU, ends and is waited for; then it waits.
BUSY = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'sum(range(20_000_000))']); print('done', flush=True); input()"


@pytest.mark.skipif(sys.platform != "linux", reason="no /proc")
def test_the_time_of_children_that_have_ended_counts():
    with subprocess.Popen([sys.executable, "-c", BUSY], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        parent.stdout.readline()
        used, again = cpu.seconds(parent.pid), cpu.seconds(parent.pid)
        parent.communicate(b"\n")
    assert 0 < used <= again
    assert cpu.seconds(parent.pid) == 0
