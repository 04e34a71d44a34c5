"""How people is operated: verbs on the command line."""

import asyncio

from services.people.model.vault import Vault
from services.people.use_cases import rotate_keys as use
from shared.database import Database


def rotate_keys(database: Database, vault: Vault) -> int:
    """Seal everything anew with the active key, batch after batch; print and return how many boxes it was.

    May be repeated and broken off at any time. Raises VaultError when an old key is not configured.
    """
    count = asyncio.run(_rotate_all(database, vault))
    print(f"{count} sealed values now use the key {vault.active}; keys not active may be removed.")
    return count


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
