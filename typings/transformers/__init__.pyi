"""Stands for all of transformers: to read its thousands of files takes a type checker longer than to check ours."""

from typing import Any

def __getattr__(name: str) -> Any: ...
