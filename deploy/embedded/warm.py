"""Imported last by the nursery: loads what the services themselves consist of, then keeps all of it shared.

The collector is told to leave what is here alone: a page nobody writes to exists once for all processes. Nothing is
collected before that: the holes would be filled by every process for itself.
"""

import gc
import importlib
import warnings

SERVICES = ("people", "booking", "notifications", "gateway")


def _load(module: str) -> None:
    try:
        with warnings.catch_warnings():  # they come again where they belong: in the process that imports for itself
            warnings.simplefilter("ignore")
            importlib.import_module(module)
    except Exception:  # a service that cannot be imported says so itself, in its own log, when it is started
        return


for name in SERVICES:
    _load(f"services.{name}.main")
for name in ("aiosmtpd.smtp", "oidc_provider_mock", "deploy.embedded.mailbox", "deploy.embedded.outside"):
    _load(name)
gc.freeze()
