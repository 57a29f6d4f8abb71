"""The card of the model at work, opened from the prompt bar: what it is, how it runs here, sizes, licence, source."""

from pathlib import Path

from markupsafe import Markup

from model import zoo
from model.zoo import Bundle
from ui.kit import language, markup
from ui.server import user_models

_CARD = markup.template(Path(__file__).with_name("model_card.html"))
KNOWN = ("smollm2", "minilm", zoo.EXPERTS)  # have words of their own; their sizes come from the model that was read


def menu(bundle: Bundle) -> Markup:
    """The menu's HTML."""
    words, card, config = language.words("ui"), bundle.card, bundle.model.config
    facts = {
        "parameters": words.number(card.parameters),
        "layers": words.number(config.layers),
        "size": words.number(config.width),
        "heads": f"{config.heads} / {config.kv_heads}",
        "context": words.number(config.context),
        "vocabulary": words.number(config.vocab_size),
        "licence": card.licence,
        "source": "" if user_models.is_name(card.name) else card.source,
    }
    about = words("card-trained" if user_models.is_name(card.name) else _section(card.name))
    named = [(words.inline(f"card-{name}"), value) for name, value in facts.items() if value]
    return _CARD(words=words, title=card.title, about=about, facts=named)


def _section(name: str) -> str:
    return f"card-about-{name}" if name in KNOWN else "card-about-other"
