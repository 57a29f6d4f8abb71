"""Text ↔ token ids, and the strings by which tokens are shown."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from pathlib import Path

import tokenizers
from tokenizers import decoders, models, pre_tokenizers

from model.errors import ModelUnavailable

VARIATION_SELECTORS = "".join(map(chr, range(0xFE00, 0xFE10)))  # printable by name, yet they show nothing
SPACE = "▁"  # U+2581, of SentencePiece
BYTE_TOKEN = re.compile("<0x([0-9A-F]{2})>")
VISIBLE = {" ": "·", "\n": "⏎", "\t": "⇥"}


def _byte_letters() -> dict[str, int]:
    """Byte-level BPE writes each byte as one printable letter (Radford et al. 2019): its letters, with their bytes.
    Printable bytes of Latin-1 stand for themselves; the others take the letters from U+0100 on, in order."""
    plain = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in plain]
    return {chr(byte): byte for byte in plain} | {chr(256 + i): byte for i, byte in enumerate(others)}


BYTES = _byte_letters()
LETTERS = {byte: letter for letter, byte in BYTES.items()}
Bytes = bytes  # which in Tokenizer is a method


@dataclass(frozen=True)
class Merge:
    """One step of byte-level BPE. rank: its line in the list of merges, from 0; parts: the word after it, as bytes."""

    rank: int
    left: bytes
    right: bytes
    parts: tuple[bytes, ...]


class Tokenizer:
    """A model's own tokenizer.

    kind, how it writes its tokens: "bytes" for byte-level BPE, a letter for each byte; "sentencepiece" for BPE and
    Unigram as in Kudo and Richardson 2018, ▁ for a space and <0x0A> for a byte that no other token has; "wordpiece" for
    BERT's, as they are.
    """

    def __init__(self, backend: tokenizers.Tokenizer):
        self.backend = backend
        # its own JSON: that of the whole tokenizer takes a tenth of a second
        decoder = backend.decoder.__getstate__().decode() if backend.decoder else ""
        is_sentencepiece = "Metaspace" in decoder or SPACE in decoder
        self.kind = "bytes" if "ByteLevel" in decoder else "sentencepiece" if is_sentencepiece else "wordpiece"
        added = backend.get_added_tokens_decoder()
        self.special = frozenset(id for id, token in added.items() if token.special)
        self._verbatim = frozenset(added)  # stand for their text, whatever the kind

    def __len__(self) -> int:
        return self.backend.get_vocab_size()

    def encode(self, text: str) -> list[int]:
        """Token ids, with the special tokens that the model always puts around a text ([CLS], [SEP] of BERT)."""
        return self.backend.encode(_encodable(text)).ids

    def words(self, text: str) -> list[int | None]:
        """A number for the word that each token of a text belongs to, by the tokenizer's own first split; None for the
        special tokens around it. SentencePiece does not split: there a word begins with its space."""
        encoding = self.backend.encode(_encodable(text))
        if self.kind != "sentencepiece":
            return encoding.word_ids
        marked = zip(encoding.ids, encoding.special_tokens_mask, strict=True)
        begins = [None if special else self.bytes(id).startswith(b" ") for id, special in marked]
        counted = accumulate(map(bool, begins))
        return [None if begin is None else count for begin, count in zip(begins, counted, strict=True)]

    def split(self, text: str) -> list[str]:
        """The pieces of a text before any merge (pre-tokenisation), as `words` numbers them; a special token, which is
        cut out first, is a piece too."""
        text = _encodable(text)
        pieces: list[tuple[int, int]] = []
        last: tuple[int | None, bool] | None = None
        for word, id, (start, end) in zip(self.words(text), self.encode(text), self.spans(text), strict=True):
            this = word, id in self.special
            if this == last and not this[1]:
                pieces[-1] = pieces[-1][0], max(end, pieces[-1][1])
            elif end > start:
                pieces.append((start, end))
            last = this
        return [text[start:end] for start, end in pieces]

    def decode(self, ids: list[int]) -> str:
        """The text of these tokens, special ones included."""
        return self.backend.decode(ids, skip_special_tokens=False)

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where each token of `encode(text)` stands in the text: its first character, and the one after its last.
        Tokens that share a character have the same span; one that the model puts around the text has an empty one."""
        return self.backend.encode(_encodable(text)).offsets

    def cut(self, text: str, limit: int, *, keep_end: bool = False) -> str:
        """The longest beginning, or end, of a text that has at most `limit` tokens. It is cut between two tokens and
        never inside a character, out of the text itself: to put it together from tokens would lose what was typed."""
        text = _encodable(text)
        if len(spans := self.spans(text)) <= limit:
            return text
        if keep_end:
            parts = (text[start:] for start, _ in spans[-limit:])
        else:
            parts = (text[:end] for _, end in reversed(spans[:limit]))
        return next((part for part in parts if len(self.encode(part)) <= limit), "")

    def strings(self, ids: list[int]) -> list[str]:
        """What to show for each token: spaces and control characters visible, bytes that are no whole character in
        hexadecimal, `##` for WordPiece's continuations, and the id of a row of the embedding that has no token: some
        models have more rows than tokens."""
        return [f"⟨№ {id}⟩" if self.backend.id_to_token(int(id)) is None else visible(self.bytes(id)) for id in ids]

    def bytes(self, id: int) -> bytes:
        """The bytes a token stands for. Raises ValueError for an id that there is not."""
        if (token := self.backend.id_to_token(int(id))) is None:
            raise ValueError(f"there is no token {id}: the vocabulary has {len(self)}")
        return token.encode() if id in self._verbatim else self._bytes(token)

    def _bytes(self, token: str) -> Bytes:
        """Those that a token that is not added stands for, as the vocabulary writes it."""
        if self.kind == "bytes":
            return bytes(BYTES[letter] for letter in token)
        if self.kind == "sentencepiece":
            byte = BYTE_TOKEN.fullmatch(token)
            return bytes.fromhex(byte[1]) if byte else token.replace(SPACE, " ").encode()
        return token.encode()

    def find(self, piece: str) -> int | None:
        """The id of exactly this piece of text, or None."""
        letters, written = _encodable(piece).encode(), [piece]
        if self.kind == "bytes":
            written.insert(0, "".join(LETTERS[byte] for byte in letters))
        elif self.kind == "sentencepiece":
            written = [piece.replace(" ", SPACE), f"<0x{letters.hex().upper()}>", piece]
        return next((id for token in written if (id := self.backend.token_to_id(token)) is not None), None)

    def merges(self, word: str) -> list[Merge]:
        """How byte-level BPE puts one word together: of all neighbours, always the pair of the lowest rank first
        (Sennrich et al. 2016, on bytes as in GPT-2). Where it ends, no pair is in the list any more."""
        parts, steps = [bytes([byte]) for byte in _encodable(word).encode()], []
        while known := [(rank, i) for i, rank in enumerate(self.ranks(parts)) if rank is not None]:
            rank, i = min(known)
            left, right = parts[i : i + 2]
            parts[i : i + 2] = [left + right]
            steps.append(Merge(rank, left, right, tuple(parts)))
        return steps

    def ranks(self, parts: Sequence[Bytes]) -> list[int | None]:
        """The rank of every pair of neighbours in the list of merges; None for a pair that is not in it."""
        return [self._ranks.get(pair) for pair in pairwise(parts)]

    @cached_property
    def _ranks(self) -> dict[tuple[Bytes, ...], int]:
        """The merges with their lines. The library gives its list as JSON alone."""
        listed = json.loads(self.backend.to_str())["model"].get("merges", [])
        return {tuple(map(self._bytes, pair)): i for i, pair in enumerate(listed)}


def visible(piece: bytes) -> str:
    """Bytes as a reader can see them."""
    shown = []
    for run in _runs(piece):
        if isinstance(run, str):
            shown.append("".join(map(_visible_character, run)))
        else:
            shown.append("⟨" + run.hex(" ").upper() + "⟩")
    return "".join(shown)


def _visible_character(c: str) -> str:
    """A character, or its number where it would show nothing, or turn the line around."""
    if c in VISIBLE:
        return VISIBLE[c]
    return c if c.isprintable() and c not in VARIATION_SELECTORS else f"⟨U+{ord(c):04X}⟩"


def _runs(piece: bytes):
    """Runs of whole characters (str) and of bytes that are none (bytes)."""
    while piece:
        try:
            yield piece.decode()
            return
        except UnicodeDecodeError as error:
            if error.start:
                yield piece[: error.start].decode()
            yield piece[error.start : error.end]
            piece = piece[error.end :]


def _encodable(text: str) -> str:
    """Without lone surrogates, which no UTF-8 text can hold."""
    return text.encode(errors="replace").decode()


def byte_bpe(vocabulary: list[str], merges: list[str], special: list[str]) -> Tokenizer:
    """A byte-level BPE tokenizer from its lists, as GGUF files keep them: merges are pairs with a space between."""
    pairs = [(left, right) for left, right in (merge.split(" ") for merge in merges)]
    backend = tokenizers.Tokenizer(models.BPE({token: i for i, token in enumerate(vocabulary)}, pairs))
    # as SmolLM2 splits a text: every digit by itself, then words with the space before them
    digits, words = pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.pre_tokenizer = pre_tokenizers.Sequence([digits, words])
    backend.decoder = decoders.ByteLevel()
    backend.add_special_tokens(special)
    return Tokenizer(backend)


def from_file(path: str | Path) -> Tokenizer:
    """A tokenizer.json. Raises FileNotFoundError where it is missing, ModelUnavailable where it is damaged."""
    text = Path(path).read_bytes()
    try:
        backend = tokenizers.Tokenizer.from_buffer(text)
    except ValueError as error:
        raise ModelUnavailable(Path(path).name, "a tokenizer", "reinstall", str(error)) from error
    backend.no_truncation()
    backend.no_padding()
    return Tokenizer(backend)


def from_text(text: str) -> Tokenizer:
    """What `to_str` of a tokenizer of ours gave."""
    return Tokenizer(tokenizers.Tokenizer.from_str(text))
