"""The shared vocabulary: frozen dataclasses and enums, standard library only, Python 3.10 syntax.

Every program imports it (web, worker, actions, bot), so nothing here may need a third-party package.
"""
