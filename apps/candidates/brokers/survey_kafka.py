"""A survey's own Kafka service, or any other that sends packets as they are: ZTF, LSST, a mirror."""

from skyportal.access.configured import Setting

from . import drivers
from .base import Listens
from .kafka import scram


@drivers.add
class SurveyKafka(Listens):
    key = "kafka"
    classname = "KAFKABROKER"
    label = "Kafka of a survey"
    surveys = ("ZTF", "LSST")
    settings_form = (
        Setting("servers", "Kafka servers", required=True, help="host:port, with commas."),
        Setting("registry", "Schema registry", "address", help="Where messages carry a schema's number only."),
        Setting("protocol", "With a password: protocol", "choice", default="SASL_SSL",
                choices=("SASL_SSL", "SASL_PLAINTEXT")),
        Setting("username", "User"),
        Setting("password", "Password", "secret"),
        Setting("group_id", "Consumer group"),
    )  # fmt: skip

    def kafka(self) -> dict[str, str]:
        return scram(self, "", self.setting("protocol"))
