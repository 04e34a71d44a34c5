"""What notifications is told by its environment: neighbours, mail server, SMS provider, and whom it writes for."""

import re
from email.utils import parseaddr
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from shared.settings import Jwk, ServiceSettings

_DANISH_DIGITS, _MOST_SIGNS = 8, 14


def _readable(value: str) -> str:
    """Write a Danish number as Danes read it, `70 10 20 30`; it must be short enough for every SMS."""
    digits = re.sub(r"[^0-9]", "", value.strip().removeprefix("+45").removeprefix("0045"))
    shown = " ".join(re.findall("..", digits)) if len(digits) == _DANISH_DIGITS else value.strip()
    if not _DANISH_DIGITS <= len(shown) <= _MOST_SIGNS:
        raise ValueError("it must be a phone number of 8 digits, with or without +45")
    return shown


class Settings(ServiceSettings):
    """The settings of notifications; see also shared/settings.py."""

    people_url: str = Field(description="address of the people service: contact data is asked for there at send time")
    booking_url: str = Field(description="address of the booking service: a meeting is looked at again before sending")
    signing_key: Jwk = Field(
        description="JSON: own private key (JWK, Ed25519) that signs questions to neighbours", repr=False
    )
    smtp_host: str = Field(description="host of the mail server")
    smtp_port: Annotated[int, Field(ge=1, le=65535)] = Field(description="port of the mail server")
    smtp_starttls: bool = Field(
        description="true: the connection must be encrypted by STARTTLS before anything is said"
    )
    smtp_username: str = Field("", description="name to log in to the mail server with; empty: no login")
    smtp_password: str = Field("", description="password for it", repr=False)
    mail_from: str = Field(description="the address that mails come from")
    mail_domain: str = Field(
        description="domain of Message-IDs and calendar ids; never changed, or updates lose their meeting"
    )
    sms_url: str = Field(description="address of the SMS provider (contract: README.md)")
    sms_token: str = Field(description="bearer token for it", repr=False)
    public_url: str = Field(description="address of the pages that citizens log in to")
    authority_name: str = Field(min_length=2, max_length=28, description="the municipality's name, as people know it")
    authority_phone: Annotated[str, AfterValidator(_readable)] = Field(description="the phone number people may call")

    @field_validator("mail_from")
    @classmethod
    def _can_be_written_from(cls, value: str) -> str:
        if not re.fullmatch(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+", parseaddr(value)[1]):
            raise ValueError("it must be an address, or a name and <an address>")
        return value

    @field_validator("smtp_username")
    @classmethod
    def _is_said_encrypted(cls, value: str, info: ValidationInfo) -> str:
        if value and not info.data.get("smtp_starttls", True):
            raise ValueError("a login is never sent unencrypted: set JOBVEJ_SMTP_STARTTLS=true")
        return value

    def demo_values(self) -> list[str]:
        """Name what production refuses: demo keys, and providers that are this machine."""
        found = super().demo_values()
        if str(self.signing_key.get("kid", "")).startswith("demo-"):
            found.append("signing_key")
        if self.sms_token.startswith("demo-"):
            found.append("sms_token")
        if self.smtp_password.startswith("demo-"):
            found.append("smtp_password")
        if urlsplit(self.sms_url).scheme != "https":
            found.append("sms_url")
        if urlsplit(self.public_url).scheme != "https":
            found.append("public_url")
        return found
