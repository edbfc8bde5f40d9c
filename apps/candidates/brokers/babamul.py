"""Babamul: BOOM's public service, https://babamul.caltech.edu; the same language with a user's own token, and public
alerts by Kafka (topics ``babamul.{survey}.{match}.…``)."""

from skyportal.access.errors import Invalid

from . import drivers
from .base import Setting
from .boom import Boom
from .kafka import scram


@drivers.add
class Babamul(Boom):
    key = "babamul"
    classname = "BABAMULBROKER"
    label = "Babamul"
    website = "https://babamul.caltech.edu"
    filter_kind = "none"
    public = True
    settings_form = (
        Setting("address", "Address", "address", default="https://babamul.caltech.edu/api/babamul"),
        Setting("token", "Token", "secret"),
        Setting("servers", "Kafka servers", help="Only to listen."),
        Setting("username", "Kafka user"),
        Setting("password", "Kafka password", "secret"),
        Setting("group_id", "Kafka consumer group", help="Babamul wants it to begin with babamul-."),
    )

    @property
    def base(self) -> str:
        return str(self.setting("address")).rstrip("/")

    def _token(self, *, anew: bool = False) -> str:
        if not self.setting("token"):
            raise Invalid("token is missing: Babamul answers only to its users.")
        return str(self.setting("token"))

    def try_connection(self) -> None:
        self._call("catalogs")

    def group(self, feed_id: int) -> str:
        return str(self.setting("group_id") or f"babamul-skyportal-{feed_id}")

    def kafka(self) -> dict[str, str]:
        return scram(self)
