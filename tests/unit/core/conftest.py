"""Property tests without deadlines: a busy machine is slow at times, and that is no finding."""

from hypothesis import settings

settings.register_profile("without deadlines", deadline=None)
settings.load_profile("without deadlines")
