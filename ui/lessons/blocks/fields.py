"""The fields in which two configurations differ, in the words of lesson `table`."""

from markupsafe import Markup

from model.config import Config, differences
from ui.kit import language
from ui.kit.language import Words
from ui.lessons.blocks.sides import OLD, Side

IDEAS = (
    *("norm_place", "norm", "embed_norm", "position", "rope_base", "kv_heads", "mask", "windows"),
    *("mlp", "activation", "experts", "bias", "head", "tied", "segments", "norm_eps"),
)
SIZES = ("width", "layers", "heads", "head_width", "mlp_width", "vocab_size", "context")


def intro(both: list[Side], words: Words) -> Markup:
    is_minilm = both[0].bundle.card.name == OLD[0]
    return words("fields-intro") + (words("fields-minilm") if is_minilm else Markup())


def table(both: list[Side], words: Words) -> Markup:
    """Every field in which the two configurations differ, ideas before sizes, with one sentence each."""
    old, new = both
    differing = differences(old.config, new.config)
    group_head = Markup('<tr><th colspan="4" scope="colgroup" class="eyebrow">{}</th></tr>')
    line = Markup('<tr><th scope="row">{}</th><td>{}</td><td>{}</td><td class="note">{}</td></tr>')
    rows = []
    for group, names in (("ideas", IDEAS), ("sizes", SIZES)):
        shown = [name for name in names if name in differing]
        rows += [group_head.format(words.inline(f"fields-{group}"))] * bool(shown)
        for name in shown:
            values = (value(name, side.config, words) for side in both)
            rows.append(line.format(label(name, words), *values, words.inline(f"field-{name}")))
    whole = Markup(
        '<table class="grid-table fields"><thead><tr><td></td><th scope="col">{}</th><th scope="col">{}</th><td></td>'
        "</tr></thead><tbody>{}</tbody></table>"
    )
    return whole.format(old.title, new.title, Markup().join(rows))


def label(name: str, words: Words) -> Markup:
    """What a field is called."""
    return words.inline("row-windows") if name == "windows" else language.words("table").inline(f"row-{name}")


def value(name: str, config: Config, words: Words) -> str:
    """A field's value as it is read."""
    names, x = language.words("table"), getattr(config, name)
    if x is None or (name == "rope_base" and config.position != "rotary"):
        return names.text("nothing")
    if name == "windows":
        return " / ".join(words.text("window-all") if window is None else str(window) for window in x)
    if isinstance(x, bool):
        return names.text("yes" if x else "no")
    if isinstance(x, str):
        return names.text(f"is-{x}")
    return words.number(int(x) if x == int(x) else x)
