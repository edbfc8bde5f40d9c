"""Parameters of the sources list, a file a subject: a function for each, which narrows a queryset of objs."""

from . import absent, classes, measured, objs, remarks

__all__ = ["absent", "classes", "measured", "objs", "remarks"]
