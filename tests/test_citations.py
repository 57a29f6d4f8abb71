"""What the lessons cite: every key has its entry and its words, and nothing is listed that nobody cites."""

import re
import unicodedata

import pytest

import content
from content import citations
from tests.support.app_test import html_of, run_page
from ui.kit import language

REFERENCES = citations.references()
BY_HAND = re.compile(r"\band others \(?\d{4}|\be altri \(?\d{4}|et al\.")


def plain(name: str) -> str:
    """Its letters, in lower case and without accents."""
    bare = unicodedata.normalize("NFKD", name.lower().replace("ł", "l"))
    return "".join(c for c in bare if c.isascii() and c.isalnum())


def surname(author: str) -> str:
    """Without its initials: B. Zhang, T.-Y. Liu."""
    return re.sub(r"^(?:\w\.(?:-\w\.)? )+", "", author)


@pytest.mark.parametrize("reference", REFERENCES.values(), ids=REFERENCES)
def test_a_reference_is_named_by_its_authors_and_its_year(reference):
    first, *others = map(surname, reference.authors)
    year = re.search(r"(?:19|20)\d\d", reference.key)[0]
    who = f"{first} et al." if len(others) > 1 or others == ["others"] else " and ".join((first, *others))
    assert reference.short == f"{who} {year}{reference.key.partition(year)[2]}"
    assert reference.key.partition(year)[0] in plain(first)
    assert reference.where.endswith(year)
    assert reference.url.startswith("https://")


def test_references_are_in_the_order_of_the_alphabet():
    assert list(REFERENCES) == sorted(REFERENCES)
    assert len({reference.url for reference in REFERENCES.values()}) == len(REFERENCES)


@pytest.mark.parametrize("lang", content.LANGUAGES)
def test_every_reference_says_what_is_cited(lang):
    assert list(content.load(lang, "references")) == list(REFERENCES)


@pytest.mark.parametrize("lang", content.LANGUAGES)
def test_what_is_cited_is_listed_and_nothing_else(lang):
    files = [file.stem for file in (content.FOLDER / lang).glob("*.md")]
    cited = {
        key for slug in files for text in content.load(lang, slug).values() for key in citations.CITATION.findall(text)
    }
    assert cited == set(REFERENCES)


@pytest.mark.parametrize("slug", content.numbers())
def test_nothing_is_cited_by_hand(slug):
    """One style everywhere: what a section names by author and year, it names by its key."""
    for lang in content.LANGUAGES:
        texts = content.load(lang, slug)
        assert not [name for name, text in texts.items() if BY_HAND.search(text)], lang


def test_a_citation_is_a_link_in_every_language():
    assert citations.linked("So ([@press2016]).", "e") == "So ([Press e Wolf 2016](references#press2016))."
    with pytest.raises(KeyError):
        citations.linked("[@nobody1900]", "and")


def test_a_component_gets_the_address_beside_the_name():
    wanted = [("By ", ""), ("Press e Wolf 2016", "references#press2016"), (".", "")]
    assert citations.pieces("By [@press2016].", "e") == wanted
    assert citations.pieces("[@press2016]", "e") == wanted[1:2]


def test_a_citation_is_html_and_never_plain_text(tmp_path, monkeypatch):
    content.load.cache_clear()
    monkeypatch.setattr(content, "FOLDER", tmp_path)
    (tmp_path / "en").mkdir()
    (tmp_path / "en/ui.md").write_text("## and\nand\n")
    (tmp_path / "en/tried.md").write_text("## a\n[@vaswani2017]\n")
    words = language.Words("en", "tried")
    assert words("a") == '<p><a href="references#vaswani2017">Vaswani et al. 2017</a></p>\n'
    with pytest.raises(ValueError, match="plain text"):
        words.text("a")
    content.load.cache_clear()


@pytest.mark.parametrize("lang", content.LANGUAGES)
def test_the_page_of_references_has_all_of_them(lang):
    test = run_page("references", lang)
    assert not test.exception
    shown = html_of(test)
    assert shown.count("<li id=") == len(REFERENCES)
    assert all(f'id="{key}"' in shown for key in REFERENCES)
