"""What its figures show, read from the tokenizers and the embedding table."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import numpy as np
from markupsafe import Markup

from model import lens
from model.analysis import merges
from model.tokens import Merge, Tokenizer, visible
from model.zoo import Bundle, ModelUnavailable
from ui.components import pack
from ui.kit import markup, url_state
from ui.kit.language import Words

FIRST = 16  # numbers of a vector that are drawn
NEAR = 8  # neighbours of a row
LEARNED = 8  # merges that are learned from a text
TEXT = 120  # characters of the texts to split and to learn from
LONGEST = 32  # bytes of a word whose merges are drawn
AROUND = 4  # ids before and after the one looked up
CHIPS = 120  # of one text, drawn at most
CHARACTERS = 40  # of what is typed into a box of this page
LINK = {
    "token": url_state.TOKEN,
    "word": url_state.TOKEN,  # of the words whose merges are drawn
    "merge": url_state.integer_between(LONGEST, first=1),  # step 1 is before the first merge
    "look": url_state.text(CHARACTERS),
    "spell": url_state.text(CHARACTERS),
    "split": url_state.text(TEXT),
    "learn": url_state.text(TEXT),
}


def chosen(state: dict, linked: int | None, pieces: list[bytes]) -> int:
    """The position of the token to look at: the one clicked, else the link's, else the longest piece."""
    fits = [place for place in (state.get("chosen"), linked) if isinstance(place, int) and 0 <= place < len(pieces)]
    return fits[0] if fits else max(range(len(pieces)), key=lambda i: len(pieces[i]))


def sentence(tokenizer: Tokenizer, ids: list[int], embed: np.ndarray) -> dict:
    """The chain from text to vectors. embed (T, D).

    tokens, ids, special, characters (see `characters`): (T,); rows: V; width: D. Array: vectors (T, FIRST).
    """
    pieces = [tokenizer.bytes(id) for id in ids]
    return {
        "tokens": tokenizer.strings(ids),
        "ids": ids,
        "rows": len(tokenizer),
        "width": embed.shape[1],
        "special": [id in tokenizer.special for id in ids],
        "characters": characters(pieces),
        **pack(vectors=embed[:, :FIRST]),
    }


def table(tokenizer: Tokenizer, ids: list[int], embed: np.ndarray, words: Words) -> dict[str, list]:
    """The same as columns, for the table twin."""
    numbers = {words.text("column-number", n=i + 1): embed[:, i].tolist() for i in range(FIRST)}
    return {
        words.text("column-token"): tokenizer.strings(ids),
        words.text("column-id"): list(map(str, ids)),
        words.text("column-bytes"): [tokenizer.bytes(id).hex(" ").upper() for id in ids],
    } | numbers


def characters(pieces: list[bytes]) -> list[list[dict]]:
    """For each piece the characters that it has bytes of: how each is written and shown, its bytes in hexadecimal,
    those of them that are the piece's (from, to), and the first and last piece that it is spread over (tokens)."""
    owner = [i for i, piece in enumerate(pieces) for _ in piece]
    owned: list[list[dict]] = [[] for _ in pieces]
    for start, character in _characters(b"".join(pieces)):
        owners = owner[start : start + len(character)]
        for i in dict.fromkeys(owners):
            owned[i].append(
                {
                    "written": character.decode(errors="replace"),
                    "shown": visible(character),
                    "bytes": character.hex(" ").upper().split(),
                    "from": owners.index(i),
                    "to": owners.index(i) + owners.count(i),
                    "tokens": [owners[0], owners[-1]],
                }
            )
    return owned


def _characters(text: bytes) -> Iterator[tuple[int, bytes]]:
    """Where each character starts, and its bytes: in UTF-8 the first byte says how many there are. A byte that belongs
    to no whole character stands alone."""
    start = 0
    while start < len(text):
        first = text[start]
        size = 1 if first < 0xC0 else 2 if first < 0xE0 else 3 if first < 0xF0 else 4
        try:
            text[start : start + size].decode()
        except UnicodeDecodeError:
            size = 1
        yield start, text[start : start + size]
        start += size


def row(bundle: Bundle, id: int, near: lens.TopTokens, median: float) -> dict:
    """A token's row in the embedding table, and the rows that point most nearly the same way (`lens.neighbours`).

    id, token; near, nearTokens, cosines: (NEAR,) each; median: the cosine of the middle one of all rows; rows, width:
    V and D of the table.
    """
    ids, (rows, width) = near.token_ids.tolist(), bundle.model.embed_tokens.weight.shape
    return {
        "id": id,
        "token": bundle.tokenizer.strings([id])[0],
        "near": ids,
        "nearTokens": bundle.tokenizer.strings(ids),
        "cosines": near.probabilities.tolist(),
        "median": median,
        "rows": rows,
        "width": width,
    }


def built(tokenizer: Tokenizer, text: str) -> list[dict]:
    """How each different word of the text is put together, of 2 to LONGEST bytes. A state is the pieces, each with its
    number of bytes, and the pairs of neighbours that the list of merges has, lowest rank first."""
    words = dict.fromkeys(word for word in tokenizer.split(text) if not _is_special(tokenizer, word))
    return [_built(tokenizer, word) for word in words if 2 <= len(word.encode()) <= LONGEST]


def _is_special(tokenizer: Tokenizer, word: str) -> bool:
    return tokenizer.find(word) in tokenizer.special


def learned(tokenizer: Tokenizer, text: str) -> list[merges.Learned]:
    """The first merges that byte-pair encoding would learn from this text, split as the tokenizer splits it."""
    words = [word.encode() for word in tokenizer.split(text) if not _is_special(tokenizer, word)]
    return merges.learn(words, LEARNED)


def lone_spaces(tokenizer: Tokenizer, ids: list[int]) -> int:
    """How many tokens are spaces and nothing else."""
    return sum(not tokenizer.bytes(id).strip(b" ") for id in ids)


def _built(tokenizer: Tokenizer, word: str) -> dict:
    steps = tokenizer.merges(word)
    states = [tuple(bytes([byte]) for byte in word.encode()), *(step.parts for step in steps)]
    ids = tokenizer.encode(word)
    return {
        "word": visible(word.encode()),
        "states": [{"pieces": _sized(parts), "offers": _offers(tokenizer, parts)} for parts in states],
        "steps": [
            {"rank": step.rank, "left": visible(step.left), "right": visible(step.right), **_place(before, step)}
            for before, step in zip(states, steps, strict=False)
        ],
        "ids": ids,
        "same": [tokenizer.bytes(id) for id in ids] == list(states[-1]),
    }


def _sized(parts: tuple[bytes, ...]) -> list[list]:
    return [[visible(part), len(part)] for part in parts]


def _offers(tokenizer: Tokenizer, parts: tuple[bytes, ...]) -> list[list]:
    ranked = zip(tokenizer.ranks(parts), parts, parts[1:], strict=False)
    offers = {(rank, visible(left), visible(right)) for rank, left, right in ranked if rank is not None}
    return [list(offer) for offer in sorted(offers)]


def _place(before: tuple[bytes, ...], step: Merge) -> dict:
    """Where in the word the merged piece stands, in bytes."""
    i = next(i for i in range(len(before)) if before[i : i + 2] == (step.left, step.right))
    piece = step.left + step.right
    return {"start": len(b"".join(before[:i])), "size": len(piece), "piece": visible(piece)}


def makeup(tokenizer: Tokenizer) -> dict[str, int]:
    """How many tokens the vocabulary has: all, special tokens, single bytes and those of a merge; and how many begin
    with a space."""
    pieces = [tokenizer.bytes(id) for id in range(len(tokenizer)) if id not in tokenizer.special]
    single = sum(len(piece) == 1 for piece in pieces)
    return {
        "all": len(tokenizer),
        "special": len(tokenizer.special),
        "single": single,
        "merged": len(pieces) - single,
        "spaced": sum(piece.startswith(b" ") for piece in pieces),
    }


def compare(text: str, names: Iterable[str], load: Callable[[str], Bundle]) -> list[dict]:
    """The same text under the tokenizers of several models; a model that is not there names its file as `missing`.

    vocabulary: V; count: tokens of the text; tokens, ids, added (whether the model puts it around a text): of the first
    CHIPS, with `more` left out; back: what the ids say; whole: whether that is the text.
    """
    rows = []
    for name in names:
        try:
            bundle = load(name)
        except ModelUnavailable as problem:
            rows.append({"name": name, "missing": problem.field})
            continue
        tokenizer, encoding = bundle.tokenizer, bundle.tokenizer.backend.encode(text)
        typed = [id for id, added in zip(encoding.ids, encoding.special_tokens_mask, strict=True) if not added]
        back = tokenizer.decode(typed)
        rows.append(
            {
                "name": name,
                "vocabulary": len(tokenizer),
                "count": len(typed),
                "tokens": tokenizer.strings(encoding.ids[:CHIPS]),
                "ids": encoding.ids[:CHIPS],
                "added": encoding.special_tokens_mask[:CHIPS],
                "more": max(0, len(encoding.ids) - CHIPS),
                "back": visible(back.encode()),
                "whole": back == text,
            }
        )
    return rows


def look_up(tokenizer: Tokenizer, asked: str) -> tuple[int | None, str]:
    """What is meant by a number, which is an id, or by anything else, which is a piece, with a dot for a space, or for
    itself where there is no such piece: its id, and the section that says so; without an id, the section that says why
    not."""
    if not asked:
        return None, "look-nothing"
    if re.fullmatch(r"\s*[+-]?[0-9]+\s*", asked):
        id = int(asked)
        return (id, "look-id") if 0 <= id < len(tokenizer) else (None, "look-no-id")
    spaced, literal = (tokenizer.find(piece) for piece in (asked.replace("·", " "), asked))
    if spaced is None and literal is None:
        return None, "look-no-piece" if tokenizer.encode(asked) else "look-dropped"
    if None in (spaced, literal) or spaced == literal:
        return literal if spaced is None else spaced, "look-piece"
    return spaced, "look-dot"


def shelf(tokenizer: Tokenizer, id: int) -> dict:
    """A token among its neighbours in the order of ids."""
    ids = list(range(max(0, id - AROUND), min(len(tokenizer), id + AROUND + 1)))
    return {"ids": ids, "tokens": tokenizer.strings(ids), "chosen": ids.index(id)}


def letters(tokenizer: Tokenizer, word: str) -> dict:
    """A word alone and after a space: what the model gets, and the letters that its pieces hide. `letter` is the word's
    most frequent one."""
    counted = Counter(c for c in word.lower() if not c.isspace())
    letter = counted.most_common(1)[0][0]
    rows = []
    for text in (f" {word}", word):
        ids = tokenizer.encode(text)
        inside = characters([tokenizer.bytes(id) for id in ids])
        begun = [[c for c in own if c["tokens"][0] == i and c["written"] != " "] for i, own in enumerate(inside)]
        rows.append(
            {
                "ids": ids,
                "tokens": tokenizer.strings(ids),
                "letters": [[[c["shown"], c["written"].lower() == letter] for c in own] for own in begun],
            }
        )
    return {"letter": visible(letter.encode()), "count": counted[letter], "rows": rows}


def chips(tokenizer: Tokenizer, ids: list[int]) -> Markup:
    """Tokens as chips, at most CHIPS of them."""
    return markup.chips(tokenizer.strings(ids[:CHIPS]))


def without_spaces(tokenizer: Tokenizer, text: str) -> list[int]:
    """The ids of the text with all its spaces taken out."""
    return tokenizer.encode("".join(text.split()))


def same_token(tokenizer: Tokenizer, word: str) -> int:
    """After a space a word is: 0 the token that it is alone, 1 another one, 2 that token and one for the space."""
    alone, spaced = tokenizer.encode(word), tokenizer.encode(f" {word}")
    return 0 if spaced == alone else 1 if len(spaced) == len(alone) else 2


def fewer_same_more(count: int, before: int) -> int:
    """0, 1 or 2."""
    return 1 + (count > before) - (count < before)
