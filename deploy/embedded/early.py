"""Imported first by the nursery: what holds for all that it imports, and so for every process it forks.

What is compiled is kept, also where the shell says PYTHONDONTWRITEBYTECODE: else every start compiles two thousand
modules anew, which takes longer than all the rest. The collector rests in the nursery: what it freed would leave
holes, and every process that fills a hole copies the page around it. Libraries that would take what draws on a
terminal, if it is there, find that it is not: no forked process has one, and it is 7 MB.
"""

import gc
import sys

sys.dont_write_bytecode = False
gc.disable()
sys.modules.update({"rich": None, "pygments": None})  # type: ignore[dict-item]  # None: not to be found
