"""The words the public API accepts in its fields, as facts."""

SPECTRUM_TYPES = ("source", "host", "host_center")
THUMBNAIL_TYPES = (
    "new", "ref", "sub", "sdss", "dr8", "ls", "ps1", "sm", "hst", "chandra", "jwst", "new_gz", "ref_gz", "sub_gz",
)  # fmt: skip
FOLLOWUP_PRIORITIES = ("1", "2", "3", "4", "5")
ANALYSIS_TYPES = ("lightcurve_fitting", "spectrum_fitting", "meta_analysis")
ANALYSIS_INPUT_TYPES = ("photometry", "spectra", "redshift", "annotations", "comments", "classifications")
AUTHENTICATION_TYPES = ("none", "header_token", "api_key", "HTTPBasicAuth", "HTTPDigestAuth", "OAuth1")
LISTENER_CLASSES: tuple[str, ...] = ()
FACILITY_CLASSES: tuple[str, ...] = ()
"""Drivers of telescopes: none before follow-up brings them."""
