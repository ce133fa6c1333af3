"""Starts Rasa's server without tensorflow: `python -m bot.without_tensorflow run …`, otherwise like `rasa run …`.

Our pipeline has no neural network, yet Rasa's server imports tensorflow: for two base classes that only training of networks
uses (`rasa.utils.tensorflow.callback` and `.data_generator`), and because a model names the validator of its training, which
knows every neural component. That is half of the server's memory and start. Here empty classes stand in for these three.
Whatever else asks for tensorflow, a DIET in the pipeline or another version of Rasa, fails with a sentence that says so;
`YOUSHI_RASA_TENSORFLOW=yes` loads the real one.
"""

from __future__ import annotations

import gc
import importlib
import importlib.abc
import importlib.machinery
import os
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

SWITCH = "YOUSHI_RASA_TENSORFLOW"
# Module → the names in it that Rasa needs in order to be imported, as empty base classes or further modules.
STAND_INS = {
    "tensorflow": ("keras",),
    "tensorflow.keras": ("callbacks", "utils"),
    "tensorflow.keras.callbacks": ("Callback",),
    "tensorflow.keras.utils": ("Sequence",),
    "rasa.graph_components.validators.default_recipe_validator": ("DefaultV1RecipeValidator",),
}
_ROOTS = ("tensorflow", "keras")


class TensorflowNeeded(ImportError):
    """Something uses tensorflow in earnest."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what} is needed, but this server was started without tensorflow (bot/without_tensorflow.py). "
            f"Is there a neural component in config.yml, or another version of Rasa? Start with {SWITCH}=yes."
        )


class StandIn(ModuleType):
    """A module that has what `STAND_INS` lists, and says so where more is asked of it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # Python's own questions
            raise AttributeError(name)
        raise TensorflowNeeded(f"{self.__name__}.{name}")


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Answers every import of tensorflow and its parts."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname in STAND_INS:
            return importlib.machinery.ModuleSpec(fullname, self, is_package=True)
        if fullname.partition(".")[0] in _ROOTS:
            raise TensorflowNeeded(fullname)
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return StandIn(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        for name in STAND_INS[module.__name__]:
            part = f"{module.__name__}.{name}"
            setattr(module, name, importlib.import_module(part) if part in STAND_INS else type(name, (), {}))


def install() -> None:
    """Put the stand-ins in place. Raises RuntimeError when the real package is loaded already."""
    if "tensorflow" in sys.modules:
        raise RuntimeError("tensorflow is loaded already")
    sys.meta_path.insert(0, Finder())


def main() -> None:
    if os.environ.get(SWITCH) != "yes":
        install()
    gc.set_threshold(20_000, 20, 20)  # Python's 700 would collect several times in each turn
    from rasa.__main__ import main as rasa

    rasa()


if __name__ == "__main__":
    main()
