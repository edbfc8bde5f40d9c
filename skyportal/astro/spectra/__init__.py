"""Spectra as arrays: reading files, smoothing, normalising, lines. Wavelengths in angstroms throughout."""
