"""Imported first by the nursery: what is compiled is kept, also where the shell says PYTHONDONTWRITEBYTECODE.

Without it every start compiles two thousand modules anew, which takes longer than all the rest.
"""

import sys

sys.dont_write_bytecode = False
