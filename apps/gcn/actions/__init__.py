"""Writes: events, maps, notices."""
