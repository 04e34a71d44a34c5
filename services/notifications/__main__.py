"""`python -m services.notifications api|worker|relay|migrate`: one kind of process per start."""

from services.notifications import main
from shared import process

if __name__ == "__main__":
    process.main(
        main.NAME,
        {"api": main.run_api, "worker": main.run_worker, "relay": main.run_relay, "migrate": main.run_migrations},
    )
