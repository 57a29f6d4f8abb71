"""Small tokenizers of the kinds that people's models have, trained on a few sentences."""

import json
from collections.abc import Callable

from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

TEXTS = [
    "The dog chased the squirrel because it was hungry. The cat sat on the mat, and the dog slept.",
    "Il cane inseguiva lo scoiattolo perché era affamato. Città, perché, così.",
    "def f(x):\n    return x + 1\n\n# 12345 numbers 2024",
] * 20
UNKNOWN, BYTES = ["<unk>", "<s>", "</s>"], [f"<0x{byte:02X}>" for byte in range(256)]


def byte_level(*special: str, added: tuple[str | AddedToken, ...] = (), begin: str | None = None) -> Tokenizer:
    """As GPT-2's; `begin` is put before each text, as Llama 3 does."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    alphabet, names = pre_tokenizers.ByteLevel.alphabet(), [*special, *([begin] if begin else [])]
    trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=names, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(TEXTS, trainer)
    tokenizer.add_tokens(list(added))
    if begin:
        tokenizer.post_processor = _around(tokenizer, begin, "$A")
    return tokenizer


def sentencepiece_bpe(*, metaspace: bool) -> Tokenizer:
    """With a token for each byte: as Llama 2's, or with `metaspace` as Mixtral's."""
    learnt = Tokenizer(models.BPE())
    learnt.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    learnt.train_from_iterator(TEXTS, trainers.BpeTrainer(vocab_size=340, show_progress=False))
    model = json.loads(learnt.to_str())["model"]
    pieces = sorted(model["vocab"], key=model["vocab"].get)
    vocabulary = {piece: i for i, piece in enumerate(UNKNOWN + BYTES + pieces)}
    merges = list(map(tuple, model["merges"]))
    tokenizer = Tokenizer(models.BPE(vocabulary, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    if metaspace:
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    else:
        tokenizer.normalizer = learnt.normalizer
    spaces, one_space = decoders.Replace("▁", " "), decoders.Strip(" ", 1, 0)
    tokenizer.decoder = decoders.Sequence([spaces, decoders.ByteFallback(), decoders.Fuse(), one_space])
    tokenizer.add_special_tokens(UNKNOWN)
    tokenizer.post_processor = _around(tokenizer, "<s>", "$A")
    return tokenizer


def unigram() -> Tokenizer:
    """As XLM-R's."""
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.Metaspace(), decoders.Metaspace()
    trainer = trainers.UnigramTrainer(vocab_size=300, special_tokens=special, unk_token="<unk>", show_progress=False)
    tokenizer.train_from_iterator(TEXTS, trainer)
    tokenizer.post_processor = _around(tokenizer, "<s>", "$A", "</s>")
    return tokenizer


def wordpiece(*, lowercase: bool) -> Tokenizer:
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.BertPreTokenizer(), decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(vocab_size=300, special_tokens=special, show_progress=False)
    tokenizer.train_from_iterator(TEXTS, trainer)
    tokenizer.post_processor = _around(tokenizer, "[CLS]", "$A", "[SEP]")
    return tokenizer


def _around(tokenizer: Tokenizer, *template: str) -> processors.TemplateProcessing:
    special = [(name, tokenizer.token_to_id(name)) for name in template if name != "$A"]
    return processors.TemplateProcessing(single=" ".join(template), special_tokens=special)


SPACES = tuple(AddedToken(" " * n, normalized=True, special=False) for n in range(24, 1, -1))
KINDS: dict[str, Callable[[], Tokenizer]] = {
    "byte-level BPE": lambda: byte_level("<|endoftext|>"),
    "with a token before each text": lambda: byte_level("<|endoftext|>", begin="<|begin|>"),
    "with tokens of a chat": lambda: byte_level("<|im_start|>", "<|im_end|>", added=("<think>", "perché")),
    "with tokens of plain spaces": lambda: byte_level("<|endoftext|>", added=SPACES),
    "SentencePiece BPE": lambda: sentencepiece_bpe(metaspace=False),
    "SentencePiece BPE with Metaspace": lambda: sentencepiece_bpe(metaspace=True),
    "Unigram": unigram,
    "WordPiece": lambda: wordpiece(lowercase=True),
    "WordPiece, cased": lambda: wordpiece(lowercase=False),
}
