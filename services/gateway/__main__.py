"""`python -m services.gateway api|migrate`: it says no events, so it has no relay."""

from services.gateway.main import run_api, run_migrations
from shared.process import main

if __name__ == "__main__":
    main("gateway", {"api": run_api, "migrate": run_migrations})
