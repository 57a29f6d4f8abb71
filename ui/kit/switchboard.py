"""The switchboard: a small base and models that differ from it in one choice each, and what they reached."""

from babel.numbers import format_decimal
from markupsafe import Markup

from model import zoo
from model.weights import checkpoint
from model.weights.checkpoint import Report
from model.zoo import ModelUnavailable
from ui.kit.language import Words

NOISE = 0.02  # bits per byte: up to so much we count two models as equal; chosen, for another seed was not tried
BASE, *SWITCHES = (name.removeprefix("switchboard/") for name in zoo.SWITCHBOARD)


def report(model: str) -> Report:
    """How a model of ours was trained, by its name in the zoo, and the course of its loss. Raises ModelUnavailable
    where a file is missing or damaged."""
    try:
        return checkpoint.report(zoo.find(model).parent)
    except (OSError, ValueError, KeyError) as error:
        raise ModelUnavailable(f"{model}/{checkpoint.CARD}", "how it was trained", "reinstall", str(error)) from error


def reached() -> dict[str, float]:
    """Bits per byte of every model of the switchboard that is there."""
    found = {}
    for model in zoo.SWITCHBOARD:
        try:
            found[model.removeprefix("switchboard/")] = report(model).bits_per_byte
        except ModelUnavailable:
            continue
    return found


def bits(x: float, words: Words) -> str:
    """Bits per byte, in thousandths: the models lie close together."""
    return format_decimal(x, "0.000", locale=words.lang)


def apart(one: float, other: float, words: Words) -> str:
    """The difference of two as they are written."""
    return bits(abs(round(one, 3) - round(other, 3)), words)


def compared(own: float, base: float) -> int:
    """-1 where a model needs fewer bits than the base, 1 where it needs more, 0 where we count the two as equal."""
    return 0 if abs(own - base) <= NOISE else 1 if own > base else -1


def noise(words: Words) -> str:
    """NOISE as it is written."""
    return words.number(NOISE).rstrip("0")


def trained(words: Words, *names: str) -> Markup:
    """A lesson's section `trained` with what these models reached, as {base}, {mqa}, … Empty where one of them is not
    there."""
    shown = {name: bits(value, words) for name, value in reached().items() if name in names}
    if len(shown) < len(names):
        return Markup()
    return Markup('<div class="apart">{}</div>').format(words("trained", noise=noise(words), **shown))
