"""`python -m deploy.docs` writes what the code can say of itself; `--check` only compares, exit code 1 when stale."""

import sys

from deploy.docs.facts import ROOT
from deploy.docs.generated import documents


def main(arguments: list[str]) -> int:
    """Write or check every generated document."""
    stale = [path for path, wanted in documents().items() if not path.exists() or path.read_text("utf-8") != wanted]
    if "--check" in arguments:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is stale: make docs", file=sys.stderr)
        return 1 if stale else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(documents()[path], "utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
