"""What the platform is made of: every process, its environment, how it is asked, and in which order they stop."""

import json
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from deploy.embedded import databases, personas, probe
from deploy.embedded.addresses import Addresses
from deploy.embedded.demo_keys import Keys
from deploy.embedded.engine_program import engine_program
from deploy.embedded.kafka import Kafka
from deploy.embedded.nursery import Nursery
from deploy.embedded.place import Place
from deploy.embedded.ports import HOST
from deploy.embedded.postgres import Postgres
from deploy.embedded.supervisor import Program, Running

AUTHORITY, PHONE, MAIL_DOMAIN = "Nordby Kommune", "+4570102030", "nordby.example"
# The kinds of process each service has; a service that hears nothing and says nothing has no worker, no relay.
SERVICES: dict[str, tuple[str, ...]] = {
    "people": ("api", "worker", "relay"),
    "booking": ("api", "worker", "relay"),
    "notifications": ("api", "worker", "relay"),
}
# Stopped from the last to the first: nobody loses what it stands on while it is still working.
POSTGRES, KAFKA, OUTSIDE, SERVICE, GATEWAY = range(5)
POOL_SIZE = "3"


@dataclass(frozen=True)
class Blueprint:
    """The processes of one place, from its ports and keys."""

    place: Place
    addresses: Addresses
    keys: Keys
    nursery: Nursery

    @property
    def postgres(self) -> Postgres:
        """The server all services share, each with its own database."""
        return Postgres(self.place.data / "postgres", self.addresses.port("postgres"))

    def postgres_program(self) -> Program:
        """PostgreSQL writes everything before it ends; out of time, it ends at once and recovers at the next start."""
        port = self.addresses.port("postgres")
        return engine_program(
            self.place,
            "postgres",
            self.postgres,
            port,
            stage=POSTGRES,
            grace=8,
            stop=signal.SIGINT,
            kill=signal.SIGQUIT,
            says_lines=True,
        )

    def kafka(self, class_path: tuple[Path, ...]) -> Kafka:
        """The broker, from the jars that were fetched and verified."""
        port, controller = self.addresses.port("kafka"), self.addresses.port("kafka-controller")
        return Kafka(self.place.data / "kafka", port, controller, class_path)

    def kafka_program(self, node: Kafka) -> Program:
        """The broker's logs are closed in order within 2.5 s; else it recovers at the next start."""
        port = self.addresses.port("kafka")
        return engine_program(self.place, "kafka", node, port, stage=KAFKA, grace=2.5, stop=signal.SIGTERM)

    def outside(self) -> list[Program]:
        """Mail, SMS and identity: what a municipality has and this machine does not."""
        data = self.place.data
        sms = {"JOBVEJ_SMS_TOKEN": str(self.keys.of("sms_token"))}
        mail = {
            "JOBVEJ_SMTP_PORT": str(self.addresses.port("smtp")),
            "JOBVEJ_MAIL_DIR": str(data / "mail"),
            "JOBVEJ_SMS_URL": self.addresses.url("sms"),
        }
        return [
            self._forked("mailbox", "deploy.embedded.mail_catcher", environment=mail | sms, stage=OUTSIDE),
            self._forked(
                "sms",
                "deploy.embedded.sms_gateway",
                environment=sms | {"JOBVEJ_SMS_FILE": str(data / "sms.jsonl")},
                stage=OUTSIDE,
            ),
            self._forked("identity", "deploy.embedded.identity_provider", environment={}, stage=OUTSIDE),
        ]

    def services(self) -> list[Program]:
        """Every process of every service but the gateway."""
        return [
            self._forked(
                f"{service}-{kind}",
                f"services.{service}",
                kind,
                environment=self.environment(service, f"{service}-{kind}"),
                stage=SERVICE,
            )
            for service, kinds in SERVICES.items()
            for kind in kinds
        ]

    def gateway(self) -> Program:
        """The door for people, opened last and closed first."""
        environment = self.environment("gateway", "gateway")
        return self._forked("gateway", "services.gateway", "api", environment=environment, stage=GATEWAY, grace=1.5)

    def environment(self, service: str, listener: str) -> dict[str, str]:
        """Everything a process of this service is told: the same variables an image or Kubernetes would set."""
        return {
            **self.surroundings(),
            "JOBVEJ_ENVIRONMENT": "demo",
            "JOBVEJ_DATABASE_URL": databases.url_of(service, self.keys, self.addresses.port("postgres")),
            "JOBVEJ_KAFKA_BOOTSTRAP": self.kafka_bootstrap,
            "JOBVEJ_HOST": HOST,
            "JOBVEJ_PORT": str(self.addresses.port(listener)),
            "JOBVEJ_TRUSTED_CALLERS": json.dumps(self.keys.trusted()),
            "JOBVEJ_POOL_SIZE": POOL_SIZE,
            # Nothing leaves this machine: what each process would need to encrypt it is 2 MB it does not share.
            "PGSSLMODE": "disable",
            **self._own(service),
        }

    @property
    def kafka_bootstrap(self) -> str:
        return f"{HOST}:{self.addresses.port('kafka')}"

    def surroundings(self) -> dict[str, str]:
        """What any program may know of the machine: nothing of the person's shell leaks into a service."""
        passed = ("PATH", "HOME", "TMPDIR", "OTEL_EXPORTER_OTLP_ENDPOINT")
        return {"LANG": "C.UTF-8", "TZ": "UTC", "PYTHONUNBUFFERED": "1"} | {
            name: os.environ[name] for name in passed if name in os.environ
        }

    def _own(self, service: str) -> Mapping[str, str]:
        own = {
            "people": self._people,
            "booking": dict[str, str],
            "notifications": self._notifications,
            "gateway": self._gateway,
        }
        return own[service]()

    def _people(self) -> dict[str, str]:
        return {
            "JOBVEJ_CPR_KEYS": json.dumps(self.keys.of("cpr_keys")),
            "JOBVEJ_CPR_ACTIVE_KEY": next(iter(self.keys.of("cpr_keys"))),
            "JOBVEJ_CPR_HASH_KEY": str(self.keys.of("cpr_hash_key")),
            "JOBVEJ_ALLOW_TEST_CPR": "true",
        }

    def _notifications(self) -> dict[str, str]:
        return {
            "JOBVEJ_PEOPLE_URL": self.addresses.url("people-api"),
            "JOBVEJ_BOOKING_URL": self.addresses.url("booking-api"),
            "JOBVEJ_SIGNING_KEY": json.dumps(self.keys.private("notifications")),
            "JOBVEJ_SMTP_HOST": HOST,
            "JOBVEJ_SMTP_PORT": str(self.addresses.port("smtp")),
            "JOBVEJ_SMTP_STARTTLS": "false",
            "JOBVEJ_MAIL_FROM": f"{AUTHORITY} <noreply@{MAIL_DOMAIN}>",
            "JOBVEJ_MAIL_DOMAIN": MAIL_DOMAIN,
            "JOBVEJ_SMS_URL": self.addresses.url("sms"),
            "JOBVEJ_SMS_TOKEN": str(self.keys.of("sms_token")),
            "JOBVEJ_PUBLIC_URL": self.addresses.url("gateway"),
            "JOBVEJ_AUTHORITY_NAME": AUTHORITY,
            "JOBVEJ_AUTHORITY_PHONE": PHONE,
        }

    def _gateway(self) -> dict[str, str]:
        watched = [*(f"{service}-{kind}" for service, kinds in SERVICES.items() for kind in kinds), "gateway"]
        return {
            **{f"JOBVEJ_{service.upper()}_URL": self.addresses.url(f"{service}-api") for service in SERVICES},
            "JOBVEJ_SIGNING_KEY": json.dumps(self.keys.private("gateway")),
            "JOBVEJ_OIDC_ISSUER": self.addresses.url("identity"),
            "JOBVEJ_OIDC_CLIENT_ID": "jobvej",
            "JOBVEJ_OIDC_CLIENT_SECRET": str(self.keys.of("oidc_client_secret")),
            "JOBVEJ_OIDC_CPR_CLAIM": "cpr",
            "JOBVEJ_OIDC_LOGIN_CLAIM": "preferred_username",
            "JOBVEJ_OIDC_ROLES_CLAIM": "roles",
            "JOBVEJ_ROLE_MAPPING": json.dumps(personas.ROLE_MAPPING),
            "JOBVEJ_PUBLIC_URL": self.addresses.url("gateway"),
            "JOBVEJ_AUTHORITY_NAME": AUTHORITY,
            "JOBVEJ_AUTHORITY_PHONE": PHONE,
            "JOBVEJ_MAIL_DOMAIN": MAIL_DOMAIN,  # the same as notifications': one meeting, one calendar entry
            "JOBVEJ_OPS_TARGETS": json.dumps({name: self.addresses.url(name) for name in watched}),
            "JOBVEJ_DEMO_MAILBOX_URL": self.addresses.url("mailbox"),
        }

    def _forked(
        self,
        name: str,
        module: str,
        *arguments: str,
        environment: Mapping[str, str],
        stage: int,
        grace: float = 3.0,
    ) -> Program:
        port = self.addresses.port(name)
        given = {**self.surroundings(), "JOBVEJ_HOST": HOST, "JOBVEJ_PORT": str(port), **environment}

        async def start() -> Running:
            return await self.nursery.start(module, arguments, given, self.place.log(name), name)

        return Program(
            name=name,
            start=start,
            ready=partial(probe.says_yes, port, "/readyz"),
            alive=partial(probe.says_yes, port, "/livez"),
            stage=stage,
            grace=grace,
            address=self.addresses.url(name),
        )
