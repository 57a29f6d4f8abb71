"""Brown's tags (87, and their combinations) as a dozen word classes that a reader knows."""

CLASSES = (
    "noun",
    "name",
    "pronoun",
    "verb",
    "auxiliary",
    "adjective",
    "adverb",
    "determiner",
    "preposition",
    "conjunction",
    "number",
    "punctuation",
    "other",
)
# The first that a tag begins with. Source of the tags: Francis and Kučera, Brown Corpus Manual (1979).
_BEGINNINGS = (
    ("np", "name"),
    ("nr", "noun"),
    ("nn", "noun"),
    ("pn", "pronoun"),
    ("pp$", "determiner"),
    ("pp", "pronoun"),
    ("wp$", "determiner"),
    ("wp", "pronoun"),
    ("be", "auxiliary"),
    ("do", "auxiliary"),
    ("hv", "auxiliary"),
    ("md", "auxiliary"),
    ("vb", "verb"),
    ("jj", "adjective"),
    ("ql", "adverb"),
    ("rb", "adverb"),
    ("rn", "adverb"),
    ("rp", "adverb"),
    ("wql", "adverb"),
    ("wrb", "adverb"),
    ("ab", "determiner"),
    ("ap", "determiner"),
    ("at", "determiner"),
    ("dt", "determiner"),
    ("wdt", "determiner"),
    ("in", "preposition"),
    ("to", "preposition"),
    ("cc", "conjunction"),
    ("cs", "conjunction"),
    ("cd", "number"),
    ("od", "number"),
    ("*", "adverb"),  # not
)
_SIGNS = frozenset(["(", ")", ",", "--", ".", ":", "``", "''", "'"])


def class_of(tag: str) -> int:
    """The class, as a place in CLASSES, of a tag such as "nn-tl", "vbd", "ppss+bem" (two words in one: the first) or
    "fw-in" (foreign: the same class)."""
    tag = tag.lower().removeprefix("fw-")
    if tag in _SIGNS or tag.removesuffix("-hl").removesuffix("-tl") in _SIGNS:
        return CLASSES.index("punctuation")
    return CLASSES.index(next((name for start, name in _BEGINNINGS if tag.startswith(start)), "other"))
