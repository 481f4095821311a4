"""Settings, one class per area, all under SYNCLINE_. Built once by an entry point, then passed down.

Nothing set is the embedded mode; a database URL and a bus URL are the scale-out mode.
"""

import os
import socket
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "SYNCLINE_"


def _begins(*schemes: str) -> AfterValidator:
    def checked(url: SecretStr) -> SecretStr:
        scheme, separator, rest = url.get_secret_value().partition("://")
        if not (separator and rest) or scheme.partition("+")[0] not in schemes:
            raise ValueError(f"an address that begins with {schemes[0]}:// is needed")
        return url

    return AfterValidator(checked)


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        frozen=True,
        env_ignore_empty=True,
        hide_input_in_errors=True,  # it may be a secret
    )


class DatabaseSettings(Settings):
    """Where things are kept. With nothing set: SQLite, one file per service. With a URL: PostgreSQL, one schema per service."""

    database_url: Annotated[SecretStr, _begins("postgresql", "postgres")] | None = Field(
        default=None, description="postgresql://user:password@host/name; SQLite files when not set."
    )
    data_dir: Path = Field(default=Path("data"), description="Where SQLite files and first secrets are kept.")
    database_pool_size: int = Field(default=8, ge=1, description="Connections each service keeps open.")


class BusSettings(Settings):
    """How services tell each other what happened. With nothing set: inside this process. With a URL: RabbitMQ."""

    bus_url: Annotated[SecretStr, _begins("amqp", "amqps")] | None = Field(
        default=None, description="amqp://user:password@host/vhost; inside this process when not set."
    )
    bus_namespace: str = Field(
        default="syncline",
        pattern=r"^[a-z][a-z0-9.-]{0,60}$",
        description="First part of exchange and queue names, so that installations can share a broker.",
    )
    bus_prefetch: int = Field(default=500, ge=1, description="Messages a consumer holds unacknowledged.")
    bus_canary_seconds: float = Field(
        default=10.0,
        gt=0,
        description="How often each queue is proven to deliver, and mended if it does not.",
    )


class ServeSettings(Settings):
    """Where a process listens, and how it leaves."""

    bind: str = Field(default="127.0.0.1", description="The address to listen on.")
    port: int = Field(default=8080, ge=0, le=65535, description="The port to listen on; 0 takes a free one.")
    public_url: str | None = Field(
        default=None,
        description="Where browsers and vendors reach us; the address listened on when not set, and then no webhooks.",
    )
    drain_seconds: float = Field(
        default=20.0, ge=0, description="How long requests and loops may take to finish after SIGTERM."
    )
    trusted_proxies: str = Field(
        default="127.0.0.1", description="Addresses whose X-Forwarded-For is believed, separated by commas."
    )
    rate_per_second: float = Field(
        default=100.0,
        ge=0,
        description="Requests a second that one key or address may make; 0 sets no limit.",
    )
    rate_burst: int = Field(default=400, ge=1, description="... and how many of them at once.")


class PeerSettings(Settings):
    """Where the services reach each other in the scale-out mode. In the embedded mode they are found by themselves."""

    registry_url: str = Field(default="http://127.0.0.1:8081", description="The registry's own address.")
    connections_url: str = Field(default="http://127.0.0.1:8082", description="The connections service's.")
    sync_url: str = Field(default="http://127.0.0.1:8083", description="The sync worker's API process.")
    matching_url: str = Field(default="http://127.0.0.1:8084", description="The matching service's.")


class RouteSettings(Settings):
    """The way out to systems. Only https to public addresses is open, except along a route."""

    routes: dict[str, str] = Field(
        default={},
        description='Where single systems are really found, such as a sandbox or an on-premises host: {"https://dev.azure.com/sandbox": "http://127.0.0.1:9401"}. The longest prefix wins; only such an address may be private or plain http.',
    )


class AccessSettings(Settings):
    """Who may come in. What is not set is made on the first start and kept in the data directory."""

    installation_key: SecretStr | None = Field(
        default=None,
        min_length=20,
        description="This installation's own secret, the same for every process: it seals the audit log and marks what is created. Never change it.",
    )
    service_token: SecretStr | None = Field(
        default=None,
        min_length=20,
        description="By which our own services know each other; derived from the installation key when not set.",
    )
    operator_token: SecretStr | None = Field(
        default=None, min_length=20, description="Makes accounts, rotates keys. Without: nobody can."
    )
    admin_email: str | None = Field(
        default=None, description="The first administrator, made on the first start."
    )
    admin_password: SecretStr | None = Field(
        default=None, min_length=12, description="... and the password; 12 characters or more."
    )


class KeySettings(Settings):
    """What stored secrets are sealed with. Without it a copy of the database is useless; keep it as long as any copy."""

    key_file: Path | None = Field(
        default=None,
        description="The file with the key-encryption keys, mode 0600, the same for every registry; made in the data directory when not set.",
    )


class ProcessSettings(Settings):
    """What a process is called, and how it writes its log."""

    instance: str = Field(
        default_factory=lambda: f"{socket.gethostname()}-{os.getpid()}",
        max_length=120,
        description="This process's name, unique among those that live; host name and process id when not set.",
    )
    lease_seconds: float = Field(
        default=10.0, gt=0, description="How long a dead process's loops wait until another takes them over."
    )
    log_format: Literal["json", "text"] = Field(
        default="json", description="json for machines, text for people."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="From here on up."
    )


class SpanSettings(Settings):
    """Where spans of requests to systems go. It needs what requirements/otel.txt holds; OpenTelemetry's other variables count, too."""

    otlp_endpoint: str | None = Field(
        default=None,
        validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT",
        description="A collector's address, http://collector:4318; no spans are exported when not set.",
    )


class DemoSettings(Settings):
    """Two simulated systems in step, for somebody who looks at Syncline for the first time; one process with SQLite only."""

    demo: bool = Field(
        default=False,
        description="Begin with the demo in an empty data directory, and go on with it later; `make run` sets it, `make run DEMO=0` leaves it out.",
    )
    demo_port: int = Field(
        default=9401,
        ge=0,
        le=65534,
        description="Where the first simulated system listens, on loopback; the second has the next. One that is taken is replaced by a free one.",
    )
    demo_every: float = Field(
        default=20.0,
        ge=0,
        description="Seconds between two edits of its invented people in the beginning; 0, and they do nothing.",
    )


AREAS: tuple[type[Settings], ...] = (
    DatabaseSettings,
    BusSettings,
    ServeSettings,
    PeerSettings,
    RouteSettings,
    AccessSettings,
    KeySettings,
    ProcessSettings,
    SpanSettings,
    DemoSettings,
)
