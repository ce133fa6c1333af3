"""Every run of the tests tries the same invented cases: a run says something about the code, not about its luck."""

from hypothesis import settings

settings.register_profile("same-cases", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("same-cases")
