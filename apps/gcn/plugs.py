"""What this app hangs into lower floors."""

from apps.candidates.slots import lamp_makers

from .queries.notices import gcn_lamp

lamp_makers.plug("gcn")(gcn_lamp)
