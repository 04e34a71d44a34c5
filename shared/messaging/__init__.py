"""Outbox, relay, inbox, subscribers, dead letters, timers: how a fact travels. The machinery exists once, here."""

from shared.messaging import dead_letters, outbox, tables, timers
from shared.messaging.relay import Relay
from shared.messaging.schedules import Schedule
from shared.messaging.subscriptions import Context, Received, Subscriptions, TryLater
from shared.messaging.worker import Worker

__all__ = [
    "Context",
    "Received",
    "Relay",
    "Schedule",
    "Subscriptions",
    "TryLater",
    "Worker",
    "dead_letters",
    "outbox",
    "tables",
    "timers",
]
