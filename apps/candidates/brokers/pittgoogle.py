"""Pitt-Google: https://pitt-broker.readthedocs.io. Its tables and topics live in Google's cloud and are asked with
Google's own client, which is not among our dependencies; what it republishes by Kafka can be listened to.
"""

from skyportal.access.configured import Setting

from . import drivers
from .base import Listens
from .kafka import plain


@drivers.add
class PittGoogle(Listens):
    key = "pittgoogle"
    classname = "PITTGOOGLEBROKER"
    label = "Pitt-Google"
    website = "https://pitt-broker.readthedocs.io"
    settings_form = (
        Setting("servers", "Kafka servers", help="Of a bridge from Pub/Sub to Kafka."),
        Setting("service_account_key", "Google service account key", "secret"),
        Setting("group_id", "Kafka consumer group"),
    )

    def kafka(self) -> dict[str, str]:
        return plain(self)
