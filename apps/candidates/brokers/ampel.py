"""AMPEL (Nordin et al. 2019, A&A 631, A147): reports on LSST objects over SCIMMA's Hopskotch, a Kafka service."""

from skyportal.access.configured import Setting

from . import drivers
from .base import Listens
from .kafka import scram


@drivers.add
class Ampel(Listens):
    key = "ampel"
    classname = "AMPELBROKER"
    label = "AMPEL"
    website = "https://ampelproject.github.io"
    surveys = ("LSST",)
    settings_form = (
        Setting("scimma.servers", "Kafka servers", default="kafka.scimma.org:9092"),
        Setting("scimma.username", "Hopskotch user", required=True),
        Setting("scimma.password", "Hopskotch password", "secret"),
        Setting("group_id", "Kafka consumer group", help="Hopskotch wants it to begin with the user's name."),
    )

    def kafka(self) -> dict[str, str]:
        return scram(self, "scimma.")

    def group(self, feed_id: int) -> str:
        return str(self.setting("group_id") or f"{self.setting('scimma.username')}-skyportal-{feed_id}")
