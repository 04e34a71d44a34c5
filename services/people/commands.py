"""How people is operated: verbs on the command line."""

import asyncio
import sys

from services.people.model.vault import Vault, VaultError
from services.people.use_cases import rotate_keys as use
from shared.database import Database


def rotate_keys(database: Database, vault: Vault) -> None:
    """Seal everything anew with the active key, batch after batch, and print how many values it was.

    May be repeated and broken off at any time. Raises SystemExit(1) when an old key is not configured.
    """
    try:
        count = asyncio.run(_rotate_all(database, vault))
    except VaultError as fault:
        print(f"Rotation stopped: {fault}.", file=sys.stderr)
        raise SystemExit(1) from None
    print(f"{count} sealed values now use the key {vault.active}; keys not active may be removed.")


async def _rotate_all(database: Database, vault: Vault) -> int:
    count = 0
    try:
        while True:
            async with database.transaction() as session:
                done = await use.rotate_keys(session, vault)
            if not done:
                return count
            count += done
    finally:
        await database.close()
