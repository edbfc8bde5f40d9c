"""Options of a Kafka consumer, as brokers want them."""

from __future__ import annotations

from skyportal.access.errors import Invalid

from .base import Driver


def plain(driver: Driver, name: str = "servers") -> dict[str, str]:
    """Servers and nothing else."""
    servers = driver.setting(name)
    if not servers:
        raise Invalid(f"{name} is missing: to listen, this connection needs the addresses of its Kafka servers.")
    return {"bootstrap.servers": str(servers)}


def scram(driver: Driver, prefix: str = "", protocol: str = "SASL_SSL") -> dict[str, str]:
    """Servers, and a user with SCRAM-SHA-512 where there is one."""
    options = plain(driver, f"{prefix}servers")
    user = driver.setting(f"{prefix}username")
    if user:
        options |= {
            "security.protocol": protocol,
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.username": str(user),
            "sasl.password": str(driver.setting(f"{prefix}password") or ""),
        }
    return options
