"""How long real paragraphs are, for the documents of lesson `packing`: lengths only, no text.

    python -m training.paragraphs

counts the tokens of every paragraph of the Brown corpus (training/corpus.py fetches it) with SmolLM2's tokenizer, and
writes how often each length occurs to ui/lessons/packing/brown_paragraphs.json.
"""

import json
import re
from collections import Counter
from pathlib import Path

from model import zoo
from training.corpus import TEXT, Sample, fetch_brown

FILE = Path(__file__).parents[1] / "ui/lessons/packing/brown_paragraphs.json"


def paragraphs(file: Path) -> list[str]:
    """A file of the corpus as running text. Blank lines part its paragraphs."""
    texts = []
    for part in re.split(r"\n\s*\n", file.read_text(encoding="latin-1")):
        words = (item.rpartition("/") for item in part.split())
        texts.append(Sample(file.name, tuple((word, tag) for word, _, tag in words)).text)
    return [text for text in texts if text]


def main() -> None:
    fetch_brown()
    tokenizer = zoo.load("smollm2").tokenizer
    files = sorted((TEXT / "package").glob("c[a-r][0-9][0-9]"))
    lengths = Counter(len(tokenizer.encode(text)) for file in files for text in paragraphs(file))
    FILE.write_text(json.dumps(dict(sorted(lengths.items()))) + "\n")


if __name__ == "__main__":
    main()
