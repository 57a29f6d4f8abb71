"""What an encoder is used for: one vector for a sentence, and three ways to search a list."""

import re
from collections.abc import Sequence

import numpy as np

from model.tokens import Tokenizer
from model.trace import Trace
from model.transformer import Transformer, run


def sentence_vector(trace: Trace) -> np.ndarray:
    """The mean of all tokens' vectors, of length 1: (D,). MiniLM was trained to be read this way (Reimers and Gurevych
    2019, "Sentence-BERT"); of another model it is what it is. Needs `final`."""
    mean = trace.final.mean(0)
    return mean / np.linalg.norm(mean)


def sentence_vectors(model: Transformer, tokenizer: Tokenizer, texts: Sequence[str]) -> np.ndarray:
    """One row for each text, (n, D), each cut to the context of the model. Their products are cosines."""
    rows = []
    for text in texts:
        ids = tokenizer.encode(text)[: model.config.context]
        rows.append(sentence_vector(run(model, ids, tokenizer.strings(ids), keep={"final"})))
    return np.stack(rows)


def keyword_scores(query: str, texts: Sequence[str]) -> np.ndarray:
    """BM25 (Robertson and Walker 1994) of every text, (n,): how often it has the words of the query; rare ones
    count more, in a long text they count less. 0 without a common word."""
    import bm25s  # here: it takes longer to load than all the rest, and one lesson needs it

    documents = [_words(text) for text in texts]
    if not any(documents):
        return np.zeros(len(texts))
    index = bm25s.BM25()
    index.index(documents, show_progress=False)
    known = [word for word in _words(query) if any(word in document for document in documents)]
    return np.asarray(index.get_scores(known), float) if known else np.zeros(len(texts))


def rerank(scores: np.ndarray, cosines: np.ndarray, first: int) -> np.ndarray:
    """Indices of at most `first` texts that a keyword search found, (n,) scores above 0, in the order of their cosines
    with the query: the cheap search looks everywhere, the dear one only at what it brought."""
    candidates = [i for i in np.argsort(-scores, kind="stable")[:first] if scores[i] > 0]
    return np.array(sorted(candidates, key=lambda i: -cosines[i]), int)


def principal_plane(vectors: np.ndarray) -> tuple[np.ndarray, float]:
    """The vectors (n, D) seen from where they differ most (principal component analysis, Pearson 1901): coordinates
    (n, 2), and the fraction of their variance that a flat picture can show."""
    centred = vectors - vectors.mean(0)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    coordinates = np.zeros((len(vectors), 2))
    coordinates[:, : min(2, len(sizes))] = (left * sizes)[:, :2]
    variance = (sizes**2).sum()
    return coordinates, float((sizes[:2] ** 2).sum() / variance) if variance > 0 else 1.0


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())
