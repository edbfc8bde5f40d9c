"""Probability on the sphere: maps of where a messenger came from.

A map is a set of dyadic HEALPix tiles (Fernique et al. 2015, A&A 578, A114; Singer & Price 2016, PRD 93, 024013), each
a half-open range of nested cells of order 29, the same cells that every obj's position is kept as. Angles are ICRS
degrees, densities probability per steradian, distances Mpc.
"""
