"""Reads: events, maps, notices."""
