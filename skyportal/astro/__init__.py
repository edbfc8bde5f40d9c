"""Astronomy as arithmetic: arrays in, arrays out. No database, no network, no framework.

Canonical units: ICRS degrees, MJD (UTC), flux in µJy on the AB system (zero-point 23.9),
AB magnitudes, Mpc, arcsec. Any other unit is in the argument's name.
"""
