"""Lesson 21: the model of its page."""

from ui.lessons.switchboard.view import MODELS

__all__ = ["MODELS"]
