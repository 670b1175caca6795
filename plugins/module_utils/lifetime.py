# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What lasts just as long as the run, which is ansible-playbook with all processes that it forks for tasks.

They all have one end of a pair of sockets. The system closes it with the last of them, however that one ends.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import select
import signal
import socket
from collections.abc import Callable

PATIENCE_SECONDS = 15


class Lifetime:
    def __init__(self, say: Callable[[str], object]) -> None:
        self.say = say
        self.pid = os.getpid()
        # A shell's background job ignores the interrupt key.
        self.interrupt = signal.SIGTERM if signal.getsignal(signal.SIGINT) == signal.SIG_IGN else signal.SIGINT
        self.run, self.keepers = socket.socketpair()
        atexit.register(self._end)

    def keep(self, seconds: float, prolong: Callable[[], str], release: Callable[[], None]) -> None:
        """Fork a keeper, which prolongs something every so many seconds and releases it when the run has ended.

        What `prolong` answers is why that cannot be: the run is interrupted and says so.
        """
        if os.fork():
            return
        try:
            os.setsid()  # whoever ends the run's processes by group or terminal does not end this one
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            self.run.close()
            self._keep(seconds, prolong, release)
        except Exception as error:
            with contextlib.suppress(OSError):
                self.keepers.sendall(f"{error}\n".encode())
        finally:
            os._exit(0)

    def _keep(self, seconds: float, prolong: Callable[[], str], release: Callable[[], None]) -> None:
        while not select.select([self.keepers], [], [], seconds)[0]:
            if problem := prolong():
                self.keepers.sendall(f"{problem}\n".encode())
                os.kill(self.pid, self.interrupt)
                return
        release()

    def _end(self) -> None:
        """The run ends when its keepers have, and with what they have to say."""
        self.keepers.close()
        self.run.shutdown(socket.SHUT_WR)
        self.run.settimeout(PATIENCE_SECONDS)
        with contextlib.suppress(OSError):
            while said := self.run.recv(4096):
                self.say(said.decode())


_lifetime: Lifetime | None = None


def begin(say: Callable[[str], object]) -> None:
    """Called once, in the process that all others of the run are forked from; what keepers have to say at its end is said there."""
    global _lifetime
    _lifetime = Lifetime(say)


def current() -> Lifetime | None:
    """That of the run which this process belongs to; None elsewhere, as in a packed module."""
    return _lifetime
