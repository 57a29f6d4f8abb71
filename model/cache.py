"""The key/value cache: what was computed for earlier tokens and is read again by every later one."""

from torch import Tensor

from model.config import Config


class NoCache:
    """Nothing is remembered: a pass reads the keys and values that it has just made."""

    length = 0

    def layer(self, index: int) -> "NoCache":
        return self

    def append(self, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        return k, v


nothing = NoCache()


class LayerCache:
    """Keys and values (B, G, S, K) of one layer, in buffers that double when they are full."""

    def __init__(self):
        self.length = 0
        self.buffers: tuple[Tensor, Tensor] | None = None

    def append(self, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Adds new tokens' keys and values; returns all there are, as views."""
        start, self.length = self.length, self.length + k.shape[2]
        self.buffers = tuple(self._store(i, new, start) for i, new in enumerate((k, v)))
        return tuple(buffer[:, :, : self.length] for buffer in self.buffers)

    def _store(self, i: int, new: Tensor, start: int) -> Tensor:
        buffer = self.buffers[i] if self.buffers else new[:, :, :0]
        if self.length > buffer.shape[2]:
            grown = new.new_empty(*new.shape[:2], max(32, 2 * self.length), new.shape[3])
            grown[:, :, :start] = buffer[:, :, :start]
            buffer = grown
        buffer[:, :, start : self.length] = new.detach()
        return buffer


class KVCache:
    """One cache for each layer. `length` is the number of tokens remembered."""

    def __init__(self, config: Config):
        self.layers = [LayerCache() for _ in range(config.layers)]

    @property
    def length(self) -> int:
        return self.layers[-1].length

    def layer(self, index: int) -> LayerCache:
        return self.layers[index]

    def truncate(self, length: int) -> None:
        """Rewinds: forgets every token from `length` on. Raises ValueError where there are fewer."""
        if not 0 <= length <= self.length:
            raise ValueError(f"cannot rewind to {length} tokens: the cache holds {self.length}")
        for layer in self.layers:
            layer.length = length

    def bytes(self) -> int:
        """Bytes of the keys and values remembered: 2 · layers · G · K · tokens · bytes a number. (The buffers, which
        grow by doubling, may hold up to twice that.)"""
        views = [b[:, :, : layer.length] for layer in self.layers if layer.buffers for b in layer.buffers]
        return sum(view.numel() * view.element_size() for view in views)
