"""What the browser keeps of lesson `what_if`: what a search found."""

from tests.support.app_test import run_page
from ui.kit import cache, tab

PROMPT = "The dog chased the squirrel because it"


def test_a_search_comes_back_from_the_browser(monkeypatch):
    """Of this model and prompt, and no head that there is not."""
    test = run_page("what_if", model="experts", prompt=PROMPT)
    ids, made = cache.bundle("experts").tokenizer.encode(PROMPT), []
    costs = [[0, 1, 0.5], [2, 3, 2], [99, 0, 1.0], [0, 0, float("inf")], [0, 2, "x"], 7]
    monkeypatch.setattr(tab, "keep", lambda name, value: made.append(value) if name == "search" and value else None)
    monkeypatch.setattr(tab, "restored", {"search": {"model": "experts", "ids": ids, "costs": costs}}.get)
    assert not test.run().exception
    found = test.session_state["what-if-search"][1]
    assert found.costs == {(0, 1): 0.5, (2, 3): 2} and not found.running
    assert made == [{"model": "experts", "ids": ids, "costs": [[0, 1, 0.5], [2, 3, 2]]}]
    other = run_page("what_if", model="experts", prompt="Another sentence")
    assert not other.exception and not other.session_state["what-if-search"][1].costs
