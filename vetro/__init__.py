"""Vetro for notebooks and scripts, from any folder: `vetro.load`, `vetro.run`, `vetro.names`.

After `import vetro` the rooms of the app can be imported by their own names: `from model import lens`. They are no
packages of the environment, where names such as `model` and `ui` would stand in the way of others.
"""

import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from model.transformer import run
    from model.zoo import load, names

__version__ = "0.2.0"
__all__ = ["ROOT", "load", "names", "run"]

HERE = Path(__file__).parent
ROOT = HERE / "app" if (HERE / "app").is_dir() else HERE.parent  # a wheel holds the app; in a clone it lies around us
MODULES = {"load": "model.zoo", "names": "model.zoo", "run": "model.transformer"}

if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))


def __getattr__(name: str) -> object:
    """The public names are imported when they are asked for: the command `vetro` need not wait for torch."""
    if name not in MODULES:
        raise AttributeError(f"module 'vetro' has no attribute {name!r}")
    return getattr(importlib.import_module(MODULES[name]), name)
