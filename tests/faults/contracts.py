"""The two events of the small services that are killed here, not declared with the platform's own."""

from typing import ClassVar
from uuid import UUID

from shared import contracts
from shared.contracts import Event, Topic

SHOP = Topic("faults-shop.events", partitions=6)
POST = Topic("faults-post.events", partitions=6)


class Sold(Event, frozen=True, kw_only=True):
    """Said by the shop for each change of a customer; `number` counts that customer's changes."""

    type: ClassVar[str] = "faults-shop.sold.v1"
    topic: ClassVar[Topic] = SHOP
    key_field: ClassVar[str] = "customer_id"

    customer_id: UUID
    number: int


class Posted(Event, frozen=True, kw_only=True):
    """Said by the post for each sale it heard of, in the transaction of its effect."""

    type: ClassVar[str] = "faults-post.posted.v1"
    topic: ClassVar[Topic] = POST
    key_field: ClassVar[str] = "customer_id"

    customer_id: UUID
    number: int


def declare() -> None:
    """Make the two known to this process."""
    for event in (Sold, Posted):
        contracts.ALL[event.type] = event
        contracts.TOPICS[event.topic.name] = event.topic


SHOP_TABLES = [
    "create table customer (customer_id uuid primary key, number integer not null)",
    "create table said (customer_id uuid not null, number integer not null)",
    "create table claim (resource integer not null, during int8range not null, customer_id uuid not null)",
    """create table came_back (
        id bigint generated always as identity, customer_id uuid not null, number integer not null)""",
]
# The platform's own way without btree_gist: the resource's number as a range beside the time (`design.md` § 6).
NO_OVERLAP = """alter table claim add exclude using gist (
    int8range(resource, resource, '[]') with &&, during with &&)"""
POST_TABLES = [
    "create table effect (id bigint generated always as identity, customer_id uuid not null, number integer not null)",
]
