"""Properties are judged by their truth: a busy machine is no failure."""

from hypothesis import settings

settings.register_profile("par", deadline=None)
settings.load_profile("par")
