"""Events as figures: data in, figure out."""
