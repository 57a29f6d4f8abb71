"""Stands for all of Plotly, whose classes make their fields at run time: a type checker knows none of them."""

from typing import Any

def __getattr__(name: str) -> Any: ...
