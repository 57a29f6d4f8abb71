"""The tokenizer of a Hugging Face folder: its tokenizer.json, or what older folders have in its place."""

from pathlib import Path

from model import tokens
from model.errors import ModelUnavailable
from model.tokens import Tokenizer

FILE = "tokenizer.json"
OLDER = (("vocab.json", "merges.txt"), ("vocab.txt",), ("tokenizer.model",), ("spiece.model",))


def read(folder: Path) -> Tokenizer:
    """Where there is no tokenizer.json, transformers puts one together out of the vocabulary. No code of the folder is
    run. Raises ModelUnavailable, naming the file that is wanted."""
    if (folder / FILE).exists():
        return tokens.from_file(folder / FILE)
    if not any(all((folder / name).is_file() for name in names) for names in OLDER):
        raise ModelUnavailable(FILE, "the file of the tokenizer", "reinstall")
    from transformers import AutoTokenizer

    try:
        made = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        return Tokenizer(made.backend_tokenizer)
    except Exception as error:  # each kind of file has its own way to fail
        reason = f"the folder has none, and transformers could not make it: {error}"
        raise ModelUnavailable(FILE, "the file of the tokenizer", "reinstall", reason) from error
