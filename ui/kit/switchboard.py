"""The switchboard: a small base and models that differ from it in one choice each, and what they reached, by seed."""

from babel.numbers import format_decimal
from markupsafe import Markup

from model import zoo
from model.analysis.seeds import Comparison, Difference
from model.weights import checkpoint, trials
from model.weights.checkpoint import Report
from model.zoo import ModelUnavailable
from ui.kit.language import Words

BASE, *SWITCHES = (name.removeprefix("switchboard/") for name in zoo.SWITCHBOARD)


def report(model: str) -> Report:
    """How a model of ours was trained, by its name in the zoo, and the course of its loss. Raises ModelUnavailable
    where a file is missing or damaged."""
    try:
        return checkpoint.report(zoo.find(model).parent)
    except (OSError, ValueError, KeyError) as error:
        raise ModelUnavailable(f"{model}/{checkpoint.CARD}", "how it was trained", "reinstall", str(error)) from error


def comparison() -> Comparison:
    """Every training of a model of the switchboard that is on record; of none where the file cannot be read."""
    try:
        recorded = trials.read(zoo.CHECKPOINTS / trials.RECORD)
    except (OSError, ValueError, KeyError):
        recorded = []
    return Comparison([trial for trial in recorded if trial.model in (BASE, *SWITCHES)], BASE)


def difference(one: str, other: str, rate: int = 1) -> Difference | None:
    """How many more bits per byte the one model, trained with `rate` times the common learning rate, needs than the
    other, seed by seed; None where they were not trained with the same seeds, or where too few models have two."""
    try:
        return comparison().difference(one, other, rate)
    except KeyError:
        return None


def bits(x: float, words: Words) -> str:
    """Bits per byte, in thousandths: the models lie close together."""
    return format_decimal(x, "0.000", locale=words.lang)


def signed(x: float, words: Words) -> str:
    """A difference of bits per byte with its sign; none where it is 0 as it is written."""
    return ("+" if x > 0 else "−") * (round(abs(x), 3) > 0) + bits(abs(x), words)


def apart(one: float, other: float, words: Words) -> str:
    """The difference of two as they are written."""
    return bits(abs(round(one, 3) - round(other, 3)), words)


def trained(words: Words, *names: str) -> Markup:
    """A lesson's section `trained` with what these models reached, {base}, {mqa}, …, and how much of it may be chance,
    {noise}. Empty where one of them is not there."""
    pairs = {name: pair for name in names if (pair := difference(name, BASE))}
    if len(pairs) < len(names):
        return Markup()
    margins = [pair.margin for name, pair in pairs.items() if name != BASE]
    shown = {name: bits(float(pair.one.mean()), words) for name, pair in pairs.items()}
    return Markup('<div class="apart">{}</div>').format(words("trained", noise=bits(max(margins), words), **shown))
