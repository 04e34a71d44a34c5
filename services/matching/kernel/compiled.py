"""Functions that become machine code on first use and are kept for the next time; they run without the GIL."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])


def _kept_in() -> str:
    """A folder of its own for each state of these sources.

    A compiled function holds what it calls, but numba looks only at the function's own file: after a change of one file
    the others' code would be stale, and wrong about what lies where in memory.
    """
    state = hashlib.sha256(numba.__version__.encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        state.update(source.read_bytes())
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return str(home / "jobvej" / f"compiled-{state.hexdigest()[:16]}")


vars(numba.config)["CACHE_DIR"] = os.environ.get("NUMBA_CACHE_DIR") or _kept_in()


def compiled(function: F) -> F:
    """Compile a function of numbers and arrays. Division by zero follows IEEE, nothing is re-ordered."""
    return cast("F", numba.njit(nogil=True, cache=True, error_model="numpy")(function))
