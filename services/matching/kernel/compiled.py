"""Functions that become machine code on first use and are kept beside their module; they run without the GIL."""

from collections.abc import Callable
from typing import TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """Compile a function of numbers and arrays. Division by zero follows IEEE, nothing is re-ordered."""
    return cast("F", numba.njit(nogil=True, cache=True, error_model="numpy")(function))
