"""Folders without a tokenizer.json: it is put together where it can be, else the file that is wanted is named."""

import json

import pytest

from model.errors import ModelUnavailable
from model.weights import tokenizer_files
from tests.support.tokenizers import KINDS

TEXT = "The dog perché 12"


def older_folder(kind: str, folder) -> list[int]:
    """Writes the files that older folders have; gives the ids of TEXT."""
    tokenizer = KINDS[kind]()
    if kind == "WordPiece":
        vocabulary = tokenizer.get_vocab()
        (folder / "vocab.txt").write_text("\n".join(sorted(vocabulary, key=vocabulary.get)), encoding="utf-8")
    else:
        held = json.loads(tokenizer.to_str())["model"]
        (folder / "vocab.json").write_text(json.dumps(held["vocab"]), encoding="utf-8")
        merges = "\n".join(map(" ".join, held["merges"]))
        (folder / "merges.txt").write_text(f"#version: 0.2\n{merges}\n", encoding="utf-8")
    (folder / "config.json").write_text(json.dumps({"model_type": "bert" if kind == "WordPiece" else "gpt2"}))
    return tokenizer.encode(TEXT).ids


@pytest.mark.parametrize("kind", ["byte-level BPE", "WordPiece"])
def test_an_older_folder_has_its_tokenizer(kind, tmp_path):
    ids = older_folder(kind, tmp_path)
    assert tokenizer_files.read(tmp_path).encode(TEXT) == ids


@pytest.mark.parametrize(
    "files", [{}, {"vocab.json": "{}"}, {"tokenizer.model": "no model"}, {"vocab.txt": ""}], ids=str
)
def test_the_file_that_is_wanted_is_named(files, tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "llama", "auto_map": {"AutoTokenizer": "x.Y"}}')
    for name, held in files.items():
        (tmp_path / name).write_text(held)
    with pytest.raises(ModelUnavailable) as caught:
        tokenizer_files.read(tmp_path)
    assert caught.value.field == "tokenizer.json"
