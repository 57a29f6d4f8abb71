"""The key/value cache: keys and values of earlier tokens, which every later query attends to again."""

from torch import Tensor

from model.config import Config


class NoCache:
    """The cache of an ordinary pass: it keeps nothing, and attention meets the keys and values of this pass alone."""

    length = 0

    def layer(self, index: int) -> "NoCache":
        return self

    def append(self, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        return k, v


NO_CACHE = NoCache()


class LayerCache:
    """Keys and values (B, G, S, K) of one layer, in buffers that double when they are full."""

    def __init__(self):
        self.length = 0
        self.buffers: tuple[Tensor, ...] = ()  # none yet, or keys and values

    def append(self, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Adds keys and values of new tokens, (B, G, T, K) each; returns all that are cached, (B, G, S, K): views."""
        start, self.length = self.length, self.length + k.shape[2]
        if not self.buffers or self.length > self.buffers[0].shape[2]:
            self.buffers = tuple(self._larger(new, start, which) for which, new in enumerate((k, v)))
        for buffer, new in zip(self.buffers, (k, v), strict=True):
            buffer.narrow(2, start, new.shape[2]).copy_(new)
        keys, values = (buffer.narrow(2, 0, self.length) for buffer in self.buffers)
        return keys, values

    def _larger(self, new: Tensor, start: int, which: int) -> Tensor:
        buffer = new.new_empty(*new.shape[:2], max(32, 2 * self.length), new.shape[3])
        if self.buffers:
            buffer[:, :, :start] = self.buffers[which][:, :, :start]
        return buffer


class KVCache:
    """The keys and values of all layers. `length` is the number of tokens that are cached."""

    def __init__(self, config: Config):
        self.layers = [LayerCache() for _ in range(config.layers)]

    @property
    def length(self) -> int:
        return self.layers[-1].length

    def layer(self, index: int) -> LayerCache:
        return self.layers[index]

    def truncate(self, length: int) -> None:
        """Rewinds to the first `length` tokens. Raises ValueError where there are fewer."""
        if not 0 <= length <= self.length:
            raise ValueError(f"cannot rewind to {length} tokens: the cache holds {self.length}")
        for layer in self.layers:
            layer.length = length

    def bytes(self) -> int:
        """Bytes of the cached keys and values: 2 · layers · G · K · tokens · bytes a number. (The buffers, which
        grow by doubling, may hold up to twice that.)"""
        views = [b[:, :, : layer.length] for layer in self.layers if layer.buffers for b in layer.buffers]
        return sum(view.numel() * view.element_size() for view in views)


Cache = KVCache | NoCache
