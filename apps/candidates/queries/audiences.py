"""Who may read what a stream brings, point by point by the programme it was taken for.

The `altdata` of a stream says which programmes it carries: ``{"survey": "ZTF", "programids": [1, 2]}``. A point of
programme 2 is for every stream of that survey that carries programme 2, whichever stream it came by.
"""

from __future__ import annotations

from apps.groups.models import Stream
from skyportal.access.models import Audience


class Audiences:
    """Audiences of one stream's points by programme, looked up once for each."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self._of: dict[int | None, int] = {}
        self._carriers = self._carrying()

    def _carrying(self) -> dict[int, list[int]] | None:
        """Streams by programme; None where this stream does not tell programmes apart."""
        altdata = self.stream.altdata or {}
        if not isinstance(altdata, dict) or not isinstance(altdata.get("programids"), list):
            return None
        carriers: dict[int, list[int]] = {}
        for stream_id, other in Stream.objects.values_list("pk", "altdata"):
            if isinstance(other, dict) and other.get("survey") == altdata.get("survey"):
                for program in other.get("programids") or []:
                    carriers.setdefault(int(program), []).append(stream_id)
        return carriers

    def stream_ids(self, programid: int | None) -> list[int]:
        """Streams whose users may read a point of this programme.

        A programme that no stream carries is for nobody: rather unseen than seen by those who may not.
        """
        if self._carriers is None or programid is None:
            return [self.stream.pk]
        return self._carriers.get(programid, [])

    def of(self, programid: int | None) -> int:
        """Id of the audience of a point of this programme."""
        if programid not in self._of:
            self._of[programid] = Audience.objects.of(streams=self.stream_ids(programid)).pk
        return self._of[programid]
