"""The models that come with the app or with its packages, each read once by a process: nobody writes into them."""

from functools import cache

from model import zoo

bundle = cache(zoo.load)
