"""The models that its notebook takes, as its page does."""

from model.checks import MODELS

__all__ = ["MODELS"]
