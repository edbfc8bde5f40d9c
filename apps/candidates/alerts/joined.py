"""The joined bytes of a batch of packets, read at many places at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

PAD_PER_FIELD = 10  # nought bytes behind the last packet for each field, so that reading past the end stays inside
SEVEN_BITS = np.uint64(0x7F7F7F7F7F7F7F7F)
HIGH_BITS = np.uint64(0x8080808080808080)
ONE = np.uint64(1)


class Bytes:
    """The joined bytes of a batch, seen as every type at every offset.

    A packet that is found damaged is led to the noughts behind the last packet, where every field reads as empty.
    """

    def __init__(self, payloads: Sequence[bytes | memoryview], fields: int):
        padding = 64 + PAD_PER_FIELD * fields
        joined = b"".join([*payloads, bytes(padding)])
        self.u8 = np.frombuffer(joined, np.uint8)
        self.size = len(joined) - padding
        self.f4, self.f8, self.u64 = (self._at_every_offset(kind) for kind in ("<f4", "<f8", "<u8"))
        lengths = np.fromiter((len(p) for p in payloads), np.int64, len(payloads))
        self.end = np.cumsum(lengths)
        self.start = self.end - lengths
        self.bad = np.zeros(len(payloads), bool)

    def _at_every_offset(self, kind: str) -> np.ndarray:
        width = np.dtype(kind).itemsize
        return np.ndarray(len(self.u8) - width + 1, kind, self.u8.data, strides=(1,))

    def give_up(self, wrong: np.ndarray, pos: np.ndarray, own: np.ndarray) -> np.ndarray:
        """The places, with the packets that are wrong led out of the way."""
        self.bad[own[wrong]] = True
        return np.where(wrong, self.size, pos)

    def varint(self, pos: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Zigzag variable-length integers at these places, and the places behind them."""
        first = self.u8[pos]
        if not (first & 0x80).any():
            small = first.astype(np.int64)
            return (small >> 1) ^ -(small & 1), pos + 1
        word = self.u64[pos]
        stops = ~word & HIGH_BITS
        mask = stops ^ (stops - ONE)  # every bit up to the first byte that ends a number; all when none does
        width = np.bitwise_count(mask).astype(np.int64) >> 3
        raw = word & mask & SEVEN_BITS
        raw = (raw & np.uint64(0x007F007F007F007F)) | ((raw & np.uint64(0x7F007F007F007F00)) >> ONE)
        raw = (raw & np.uint64(0x00003FFF00003FFF)) | ((raw & np.uint64(0x3FFF00003FFF0000)) >> np.uint64(2))
        raw = (raw & np.uint64(0x000000000FFFFFFF)) | ((raw & np.uint64(0x0FFFFFFF00000000)) >> np.uint64(4))
        if not stops.all():
            raw, width = self._past_eight(pos, stops == 0, raw, width)
        return (raw >> ONE).view(np.int64) ^ -(raw & ONE).view(np.int64), pos + width

    def _past_eight(self, pos, long, raw, width):
        ninth = self.u8[pos + 8].astype(np.uint64)
        tenth = self.u8[pos + 9].astype(np.uint64)
        more = long & (ninth >= 128)
        raw = raw | np.where(long, (ninth & np.uint64(0x7F)) << np.uint64(56), np.uint64(0))
        raw = raw | np.where(more, (tenth & ONE) << np.uint64(63), np.uint64(0))
        return raw, width + long + more
