"""`python -m services.people api|worker|relay|migrate|rotate-keys`: one kind of process per start."""

from services.people import main
from shared import process

if __name__ == "__main__":
    process.main(
        main.NAME,
        {
            "api": main.run_api,
            "worker": main.run_worker,
            "relay": main.run_relay,
            "migrate": main.run_migrations,
            "rotate-keys": main.rotate_keys,
        },
    )
