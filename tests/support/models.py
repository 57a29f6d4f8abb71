"""The models that come with the app or with its packages, each read once by a process: nobody writes into them."""

from functools import cache

from model import transformer, zoo
from model.trace import Trace
from model.zoo import Bundle

bundle = cache(zoo.load)


def traced(bundle: Bundle, text: str, **options) -> Trace:
    """A pass of the whole text. options: `keep` and `edits` of transformer.run."""
    ids = bundle.tokenizer.encode(text)
    return transformer.run(bundle.model, ids, bundle.tokenizer.strings(ids), **options)
