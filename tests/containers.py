"""The same engines as container images, for `make test-containers`: what differs from the embedded ones shows here."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from testcontainers.core.container import DockerContainer

from deploy.embedded import ports
from deploy.embedded.engines import Engine, run_apart

POSTGRES_IMAGE = os.environ.get("JOBVEJ_POSTGRES_IMAGE", "postgres:18")
KAFKA_IMAGE = os.environ.get("JOBVEJ_KAFKA_IMAGE", "apache/kafka:4.4.0")
# The image takes either no setting at all or every one of these.
KAFKA_SETTINGS = {
    "NODE_ID": "1",
    "PROCESS_ROLES": "broker,controller",
    "CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
    "CONTROLLER_LISTENER_NAMES": "CONTROLLER",
    "LISTENERS": "PLAINTEXT://:9092,CONTROLLER://:9093",
    "LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "INTER_BROKER_LISTENER_NAME": "PLAINTEXT",
    "OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
    "TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
    "TRANSACTION_STATE_LOG_MIN_ISR": "1",
    "SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR": "1",
    "SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR": "1",
    "GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
    "GROUP_MIN_SESSION_TIMEOUT_MS": "1000",
    "AUTO_CREATE_TOPICS_ENABLE": "false",
    "MESSAGE_MAX_BYTES": "1100000",
}


@contextmanager
def postgres_container() -> Iterator[str]:
    """Yield a superuser's URL of a PostgreSQL in a container; it ends with the block."""
    container = (
        DockerContainer(POSTGRES_IMAGE)
        .with_env("POSTGRES_PASSWORD", "only-in-tests")
        .with_command("postgres -c fsync=off -c max_connections=300")
        .with_exposed_ports(5432)
    )
    with container:
        address = f"{container.get_container_host_ip()}:{container.get_exposed_port(5432)}"
        url = f"postgresql://postgres:only-in-tests@{address}/postgres"
        _until(lambda: run_apart(_postgres_answers(url)), "PostgreSQL")
        yield url


@contextmanager
def kafka_container(embedded: Callable[[int], Engine]) -> Iterator[str]:
    """Yield the bootstrap address of a Kafka node in a container; it ends with the block.

    A broker tells its clients where it is, so the host's port is chosen before it starts. `embedded` makes the node
    class of the embedded stack for a port: its question "does it answer?" is the same one.
    """
    port = ports.any_free()
    container = DockerContainer(KAFKA_IMAGE).with_bind_ports(9092, port)
    for name, value in KAFKA_SETTINGS.items():
        container.with_env(f"KAFKA_{name}", value)
    container.with_env("KAFKA_ADVERTISED_LISTENERS", f"PLAINTEXT://127.0.0.1:{port}")
    with container:
        node = embedded(port)
        _until(lambda: run_apart(node.ready()), "Kafka")
        yield f"127.0.0.1:{port}"


async def _postgres_answers(url: str) -> bool:
    import asyncpg

    try:
        connection = await asyncpg.connect(url, timeout=2)
    except (OSError, TimeoutError, asyncpg.PostgresError):
        return False
    await connection.close()
    return True


def _until(answers: Callable[[], bool], what: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    # Twice in a row: PostgreSQL's image first starts a server that only prepares the data directory.
    while not (answers() and answers()):
        if time.monotonic() > end:
            raise TimeoutError(f"{what} in its container did not answer within {seconds:.0f} s")
        time.sleep(0.2)
