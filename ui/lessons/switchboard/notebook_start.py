"""The model of its page."""

from ui.lessons.switchboard.view import MODELS

__all__ = ["MODELS"]
