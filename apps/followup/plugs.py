"""What this app hangs into lower floors."""

from apps.sources.slots import telescope_parts

from .queries.allocations import of_telescope

telescope_parts.plug("allocations")(of_telescope)
