"""What happens to candidates and filters, as the journal keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from apps.sources.entries import ObjsEntry
from skyportal.journal.entries import Entry


@dataclass(frozen=True)
class CandidatesArrived(ObjsEntry):
    """A batch of alerts passed filters, or somebody posted candidates."""

    filter_ids: list[int]
    group_ids: list[int]
    count: int
    user_id: int | None

    def topics(self) -> list[str]:
        return [*(f"candidates:{group}" for group in self.group_ids), *super().topics()]


@dataclass(frozen=True)
class CandidatesDeleted(ObjsEntry):
    filter_ids: list[int]
    count: int
    user_id: int | None


@dataclass(frozen=True)
class ObjsPurged(Entry):
    """Objs went that had passed no filter since ``before`` and that nobody had saved or spoken of."""

    obj_names: list[str]
    before: str
    user_id: int | None


@dataclass(frozen=True)
class FilterChanged(Entry):
    """A filter was made, edited, given a new version, switched or deleted."""

    filter_id: int
    group_id: int
    deed: str
    user_id: int | None

    def topics(self) -> list[str]:
        return [f"filter:{self.filter_id}", f"group:{self.group_id}"]


@dataclass(frozen=True)
class FilterBroke(Entry):
    """A filter could not judge a batch; it stands still until somebody mends it."""

    filter_id: int
    group_id: int
    problem: str

    def topics(self) -> list[str]:
        return [f"filter:{self.filter_id}", f"group:{self.group_id}"]


@dataclass(frozen=True)
class FilterActed(Entry):
    """What a filter did by itself with a batch, and what it left undone: obj, deed, outcome and reason of each."""

    filter_id: int
    group_id: int
    acts: list[dict[str, str]]
    unlisted: int
    """Refusals beyond those that are told one by one."""

    def topics(self) -> list[str]:
        return [f"filter:{self.filter_id}"]


@dataclass(frozen=True)
class FollowupWanted(Entry):
    """A filter asks a telescope for observations of what passed it: of whom, for which group, what and why."""

    act_id: int
    obj_id: int
    obj_name: str
    filter_id: int
    group_id: int
    desk: str
    choice: str
    request: dict[str, Any]
    reason: str

    def topics(self) -> list[str]:
        return [f"filter:{self.filter_id}"]


@dataclass(frozen=True)
class FollowupAnswered(Entry):
    """What became of it."""

    act_id: int
    obj_name: str
    filter_id: int
    group_id: int
    outcome: str
    reason: str

    def topics(self) -> list[str]:
        return [f"filter:{self.filter_id}", f"source:{self.obj_name}"]


@dataclass(frozen=True)
class VettingWeighed(Entry):
    """A group chose what the terms of the vetting score count."""

    group_id: int
    weights: dict[str, float]
    user_id: int | None

    def topics(self) -> list[str]:
        return [f"candidates:{self.group_id}"]


@dataclass(frozen=True)
class BackTestAsked(Entry):
    """Somebody wants to know what a filter would have let pass."""

    test_id: int
    filter_id: int
    group_id: int
    user_id: int | None

    def topics(self) -> list[str]:
        return [f"backtest:{self.test_id}", f"filter:{self.filter_id}"]


@dataclass(frozen=True)
class BackTestEnded(Entry):
    """It is done, failed or cancelled."""

    test_id: int
    filter_id: int
    group_id: int
    state: str
    user_id: int | None

    def topics(self) -> list[str]:
        return [f"backtest:{self.test_id}", f"filter:{self.filter_id}"]


@dataclass(frozen=True)
class BrokerChanged(Entry):
    """A connection to a broker was made, edited, switched, tried or deleted."""

    broker_id: int
    name: str
    deed: str
    user_id: int | None

    def topics(self) -> list[str]:
        return [f"broker:{self.broker_id}"]


@dataclass(frozen=True)
class ScanReportMade(Entry):
    """A scan report was made, commented on or deleted."""

    report_id: int
    group_ids: list[int]
    count: int
    deed: str
    user_id: int | None


@dataclass(frozen=True)
class CandidatesReviewed(Entry):
    """Somebody looked at candidates, or decided about one."""

    obj_names: list[str]
    deed: str
    user_id: int | None
    session_ids: list[int]

    def topics(self) -> list[str]:
        return [f"scansession:{session}" for session in self.session_ids]


@dataclass(frozen=True)
class ScanProfileChanged(Entry):
    """A scanning profile was kept, deleted or chosen as the default."""

    name: str
    deed: str
    user_id: int | None


@dataclass(frozen=True)
class ScanSessionChanged(Entry):
    """A shared scan was started or ended, or somebody joined or left it."""

    session_id: int
    group_id: int
    deed: str
    user_id: int | None

    def topics(self) -> list[str]:
        return [f"scansession:{self.session_id}"]
