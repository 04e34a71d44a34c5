"""Starts a program that ends when its starter ends, and under root starts PostgreSQL as somebody else.

Run as `python -S -E guard.py SIGNAL PARENT USER|- PROGRAM ARG…`. Knows only the standard library: it is started once
per engine and is replaced by the program (`exec`) wherever the kernel can tell a child of its parent's death.
"""

import ctypes
import os
import pwd
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_SET_NAME = 15
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2
CAPABILITY_VERSION_3 = 0x20080522
POLL_SECONDS = 0.5


def die_with_parent(parent: int, number: int = signal.SIGTERM) -> bool:
    """Ask the kernel for `number` when process `parent` ends; False where the kernel cannot (then poll getppid)."""
    if sys.platform != "linux":
        return False
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0) != 0:
        return False
    if os.getppid() != parent:  # it died between our birth and the call above
        os.kill(os.getpid(), number)
    return True


def call_myself(name: str) -> None:
    """What `top` and `ps -o comm` show for this process: at most 15 characters."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_NAME, name.encode()[:15], 0, 0, 0)


def become(user: str, needs: Sequence[str]) -> None:
    """Leave root for `user`. Where a path in `needs` is closed to others, keep the right to pass closed directories.

    A checkout below /root or in a temporary directory of mode 700 is the usual reason; changing the modes of
    directories that are not ours would be the other way out, and is nobody's wish.
    """
    entry = pwd.getpwnam(user)
    keep = not all(_open_to_others(Path(path)) for path in needs) and sys.platform == "linux"
    libc = ctypes.CDLL(None, use_errno=True)
    if keep:
        libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)
    os.environ["HOME"] = "/"
    if keep:
        _keep_passage(libc)


def _open_to_others(path: Path) -> bool:
    return all(step.stat().st_mode & 0o001 for step in [path.resolve(), *path.resolve().parents] if step.is_dir())


def _keep_passage(libc: ctypes.CDLL) -> None:
    header = struct.pack("Ii", CAPABILITY_VERSION_3, 0)
    now = ctypes.create_string_buffer(24)
    libc.capget(header, now)
    permitted = struct.unpack("6I", now.raw)[1] & (1 << CAP_DAC_OVERRIDE | 1 << CAP_DAC_READ_SEARCH)
    if libc.capset(header, struct.pack("6I", permitted, permitted, permitted, 0, 0, 0)) != 0:
        return
    for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
        if permitted >> capability & 1:
            libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0)


def _watch(parent: int, number: int, program: list[str]) -> int:
    """Where the kernel cannot tell: stay, pass signals on, and look twice a second whether the parent still lives."""
    child = subprocess.Popen(program)
    for passed in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(passed, lambda got, _frame: child.send_signal(got))
    while child.poll() is None:
        if os.getppid() != parent:
            child.send_signal(number)
            return child.wait()
        time.sleep(POLL_SECONDS)
    return child.returncode


def command(program: Sequence[str], *, on_death: signal.Signals = signal.SIGTERM, user: str | None = None) -> list[str]:
    """The guarded form of `program`. Its starter must be this process, in a thread that outlives it."""
    return [
        *(sys.executable, "-S", "-E", __file__),
        *(str(int(on_death)), str(os.getpid()), user or "-"),
        *program,
    ]


def main(arguments: list[str]) -> int:
    """Shed root (a change of user clears the death signal), then ask for the signal, then become the program."""
    number, parent, user, *program = arguments
    if user != "-":
        # The last argument of PostgreSQL's programs here is always its data directory.
        become(user, [program[0], program[-1]])
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    if die_with_parent(int(parent), int(number)):
        os.execv(program[0], program)  # noqa: S606  # no shell is the point
    return _watch(int(parent), int(number), program)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
