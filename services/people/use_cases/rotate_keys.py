"""Key rotation: everything sealed is sealed anew with the active key, a batch at a time, while people go on working."""

from services.people.model.vault import Vault
from services.people.store import citizens, imports
from services.people.store.imports import subject_of
from shared.database import Session

BOXES_AT_ONCE = 500


async def rotate_keys(session: Session, vault: Vault) -> int:
    """Seal one batch anew; return how many boxes it was. Nothing left (0) means the old keys may be taken away.

    Raises VaultError when an old key is not configured.
    """
    numbers = await citizens.boxes_under_other_keys(session, vault.active, BOXES_AT_ONCE)
    for digest, citizen_id, box in numbers:
        await citizens.replace_box(session, digest, vault.reseal(citizen_id, box))
    rows = await imports.boxes_under_other_keys(session, vault.active, BOXES_AT_ONCE)
    for import_id, line, box in rows:
        await imports.replace_box(session, import_id, line, vault.reseal(subject_of(import_id, line), box))
    return len(numbers) + len(rows)
