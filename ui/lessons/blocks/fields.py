"""The fields in which two configurations differ, in the words of lesson `table`."""

from markupsafe import Markup

from model.config import differences
from ui.kit.config_fields import label, value
from ui.kit.language import Words
from ui.lessons.blocks.sides import Side

IDEAS = (
    *("norm_place", "norm", "embed_norm", "position", "rope_base", "kv_heads", "mask", "windows"),
    *("mlp", "activation", "experts", "bias", "head", "tied", "segments", "norm_eps"),
)
SIZES = ("width", "layers", "heads", "head_width", "mlp_width", "vocab_size", "context")


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
            values = (value(name, side.config, words.lang) for side in both)
            rows.append(line.format(label(name, words.lang), *values, words.inline(f"field-{name}")))
    whole = Markup(
        '<table class="grid-table fields"><thead><tr><td></td><th scope="col">{}</th><th scope="col">{}</th><td></td>'
        "</tr></thead><tbody>{}</tbody></table>"
    )
    return whole.format(old.title, new.title, Markup().join(rows))
