"""What the tests of the ground share."""

from tests.passwords import quick_passwords

__all__ = ["quick_passwords"]
