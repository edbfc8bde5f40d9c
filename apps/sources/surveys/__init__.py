"""Catalogues and images of sky surveys, asked over HTTP: one file a service."""
