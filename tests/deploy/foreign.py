"""Events that no service of ours said, put straight onto a live platform's topics."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from aiokafka import AIOKafkaProducer

from shared.contracts import Event
from shared.contracts.booking import BookingCreated
from shared.messaging.envelope import body_of, headers_of, key_of


def meeting_long_ago(booking_id: UUID, citizen_id: UUID, version: int) -> BookingCreated:
    """A meeting on a day for which there is no sending rule, so that nothing can be planned for it."""
    starts_at = datetime(2011, 3, 1, 9, 0, tzinfo=UTC)
    return BookingCreated(
        booking_id=booking_id,
        citizen_id=citizen_id,
        version=version,
        topic_id="cv-help",
        adviser_id=uuid4(),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=30),
        form="phone",
        said_by="citizen",
        remind_2h=False,
    )


async def say(broker: str, *events: Event) -> None:
    """Publish events as the relay would, in this order."""
    async with AIOKafkaProducer(bootstrap_servers=broker, acks="all") as producer:
        for event in events:
            identity = {"ce_id": str(uuid4()), "ce_time": datetime.now(UTC).isoformat()}
            headers = headers_of(event, key_of(event), identity)
            await producer.send_and_wait(event.topic.name, body_of(event), key=key_of(event), headers=headers)
