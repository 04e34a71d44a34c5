"""`python -m services.booking api|worker|relay|migrate`: one kind of process per start."""

from services.booking.main import run_api, run_migrations, run_relay, run_worker
from shared.process import main

if __name__ == "__main__":
    main("booking", {"api": run_api, "worker": run_worker, "relay": run_relay, "migrate": run_migrations})
