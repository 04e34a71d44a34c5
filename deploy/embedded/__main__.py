"""The launcher itself: `python -m deploy.embedded` runs the platform of this checkout until it is told to stop.

`jobvej demo` becomes this process, so that what draws the command line is not kept in memory for as long as it runs.
"""

import asyncio
import sys

from rich.console import Console

from deploy.embedded.launch import run
from deploy.embedded.place import AlreadyRunning, Place


def main() -> int:
    """Run; return the exit code."""
    console = Console(soft_wrap=True)
    try:
        return asyncio.run(run(Place.of_checkout(), console))
    except AlreadyRunning as error:
        console.print(f"Jobvej runs here already ({error}). `jobvej status` tells how; `jobvej stop` ends it.")
        return 1


if __name__ == "__main__":
    sys.exit(main())
