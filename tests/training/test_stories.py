"""SmolLM2 writes the same story for the same seed, alone or beside others."""

import pytest

from training import stories


def test_requests_are_seeded():
    assert stories.request(1) == stories.request(1)
    assert len({stories.request(seed) for seed in range(50)}) > 40


def test_circles_are_seen():
    assert stories.repeats("the dog and the cat " * 8)
    assert not stories.repeats("A fox went to the sea because he had never seen so much water before in his life.")


@pytest.mark.slow
def test_a_story_is_the_same_beside_others(smollm2, monkeypatch):
    """Cut after a few tokens, whose end is taken for the end of the story."""
    monkeypatch.setattr(stories, "LENGTH", 12)
    monkeypatch.setattr(smollm2.tokenizer, "find", lambda piece: 28)  # a comma
    one = {seed: stories.write_stories(smollm2, [seed]) for seed in range(6)}
    assert any(one.values())
    together = stories.write_stories(smollm2, range(6))
    assert sorted(together) == sorted(text for texts in one.values() for text in texts)
