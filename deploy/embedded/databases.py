"""A database and a user per service; each user owns its own database and may not enter another."""

from collections.abc import Iterable

import asyncpg

from deploy.embedded.demo_keys import Keys


def user_of(service: str) -> str:
    """Database and user have one name."""
    return f"jobvej_{service}"


def url_of(service: str, keys: Keys, port: int) -> str:
    """How the service connects."""
    user = user_of(service)
    return f"postgresql://{user}:{keys.password(service)}@127.0.0.1:{port}/{user}"


async def ensure(admin_url: str, services: Iterable[str], keys: Keys) -> None:
    """Makes what is missing, and sets every password to the one in the keys."""
    admin = await asyncpg.connect(admin_url)
    try:
        roles = {row[0] for row in await admin.fetch("select rolname from pg_roles")}
        databases = {row[0] for row in await admin.fetch("select datname from pg_database")}
        await admin.execute("revoke connect on database postgres, template1 from public")
        for service in services:
            user = user_of(service)
            verb = "alter" if user in roles else "create"
            # No parameters in utility statements; the password is hexadecimal and the name is ours.
            await admin.execute(f"{verb} role {user} login nosuperuser password '{keys.password(service)}'")
            if user not in databases:
                await admin.execute(f"create database {user} owner {user}")
                await admin.execute(f"revoke all on database {user} from public")
    finally:
        await admin.close()
