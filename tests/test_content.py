"""The words: the same files, sections and placeholders in all languages; every section used, none missing."""

import re
from string import Formatter

import pytest

import content
from content import agreement
from tests.support.pages import ROOT

FILES = sorted({file.stem for file in (ROOT / "content").glob("*/*.md")})
OTHERS = [lang for lang in content.LANGUAGES if lang != "en"]
KEYED = ("path", "references", "glossary")  # a section for each lesson, reference, term
FRAME = {"intro", "goals", "needs", "takeaway", "title"}  # asked for by ui/frame/lesson.py


# Where Italian has to name things in another order than English within a sentence: why, and which.
REORDERED = {
    "the model comes first": {("is_it_true", "aloud-whole")},
    "the device comes before the block that has come to it": {
        *(("ring", name) for name in ("read-past", "read-last", "read-future")),
    },
    "“of the n, m” instead of “m of the n”": {("ring", "uneven-text"), ("step_by_step", "proof-equal")},
    "“for n tokens” begins the sentence": {("tracks", "cost-less"), ("tracks", "cost-more")},
}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def pairs(text: str) -> set[tuple[str, str]]:
    """Two placeholders of one sentence, in their order, unless they stand in both."""
    found = set()
    for sentence in re.split(r"(?<=[.!?;])\s+|\n", text):
        names = [name for _, name, _, _ in Formatter().parse(sentence) if name]
        found |= {(a, b) for i, a in enumerate(names) for b in names[i + 1 :] if a != b}
    return {(a, b) for a, b in found if (b, a) not in found}


def test_a_section_that_is_missing_raises():
    with pytest.raises(KeyError):
        content.load("en", "ui")["no such section"]


def test_a_section_given_twice_raises(tmp_path, monkeypatch):
    (tmp_path / "en").mkdir()
    (tmp_path / "en/twice.md").write_text("## a\nx\n\n## a\ny\n")
    monkeypatch.setattr(content, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match="twice"):
        content.load("en", "twice")


def test_a_lesson_is_named_by_its_slug_and_shown_by_its_number():
    """A number that is written out is wrong when a lesson comes in before it."""
    for file in (ROOT / "content").glob("*/*.md"):
        assert not re.search(r"\b(lessons?|lezion[ei]) \d", file.read_text(), re.IGNORECASE), file
    number = content.numbers()["positions"]
    assert content.load("en", "attention")["turned"].endswith(f"(lesson {number})")


@pytest.mark.parametrize("slug", FILES)
def test_all_languages_have_the_same_sections(slug):
    english = list(content.load("en", slug))
    assert all(list(content.load(lang, slug)) == english for lang in OTHERS)


@pytest.mark.parametrize("slug", FILES)
def test_every_section_says_something(slug):
    english = content.load("en", slug)
    assert all(english.values())
    for lang in OTHERS:
        other = content.load(lang, slug)
        assert all(other.values())
        assert {name: placeholders(text) for name, text in other.items()} == {
            name: placeholders(text) for name, text in english.items()
        }


def test_placeholders_stand_in_the_same_order():
    """Two that have changed places in a translation say the opposite."""
    changed = {
        (slug, section)
        for slug in FILES
        for section, english in content.load("en", slug).items()
        if {(b, a) for a, b in pairs(english)} & pairs(content.load("it", slug)[section])
    }
    assert changed == set.union(*REORDERED.values())


@pytest.mark.parametrize("slug", FILES)
def test_no_line_ends_between_a_number_and_its_sign(slug):
    for lang in content.LANGUAGES:
        assert not [text for text in content.load(lang, slug).values() if re.search(r"[\d}] %", text)]


@pytest.mark.parametrize("slug", FILES)
def test_a_translation_is_not_the_english(slug):
    """A long section left in English would pass every other test."""
    english = content.load("en", slug)
    for lang in OTHERS:
        other = content.load(lang, slug)
        assert not [section for section in english if len(english[section]) > 40 and english[section] == other[section]]


CODE = "\n".join(
    file.read_text(encoding="utf-8")
    for pattern in ("*.py", "pages/*.py", "model/*.py", "viz/*.py", "ui/**/*.py", "ui/**/*.js", "ui/**/*.html")
    for file in sorted(ROOT.glob(pattern))
)
WHOLE = set(re.findall(r"""["'`.]([\w-]+)""", CODE))
COMPOSED = tuple(re.findall(r"""[f`]["']?([\w-]+-)\$?{|["']([\w-]+-)["'] ~""", CODE))
BEGINNINGS = tuple(name for names in COMPOSED for name in names if name)
ENDS = tuple(set(re.findall(r"""f["']{[\w.]+}(-[\w-]+)["']""", CODE)))


def used(name: str, slug: str) -> bool:
    ended = [name.removesuffix(end) for end in ENDS if name.endswith(end)]
    if name in FRAME | WHOLE or name.startswith(BEGINNINGS) or WHOLE & set(ended):
        return True
    lesson = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "ui/lessons" / slug).glob("*.py"))
    return re.search(r"""f["']{\w+}-{\w+}["']""", lesson) is not None and set(name.split("-", 1)) <= WHOLE


@pytest.mark.parametrize("slug", [slug for slug in FILES if slug not in KEYED])
def test_every_section_is_used(slug):
    """Its name stands in the code: quoted, as a property in JavaScript, or as the beginning or end of an f-string."""
    assert [name for name in content.load("en", slug) if not used(name, slug)] == []


ITALIAN = {  # a whole number or a decimal fraction, and the article before it as it is read aloud
    "il ": ("2", "7,5", "10", "12", "18", "100", "111", "1.000", "28,8"),
    "lo ": ("0", "0,95"),
    "l’": ("1", "1,76", "8", "8,1", "80,3", "88", "800", "8.000", "11", "11,2", "11.250"),
}


@pytest.mark.parametrize("article", ITALIAN)
def test_an_italian_article_agrees_with_its_number(article):
    for number in ITALIAN[article]:
        shown = agreement.agree("it", "Il **{p}** va dal {p} al {p}", {"p": f"{number}\u202f%"})
        long = {"il ": "al ", "lo ": "allo ", "l’": "all’"}[article]
        assert shown == f"{article.capitalize()}**{{p}}** va d{long}{{p}} {long}{{p}}"
    assert agreement.agree("en", "il {p}", {"p": "8"}) == "il {p}" == agreement.agree("it", "il {p}", {"p": "<b>8</b>"})


@pytest.mark.parametrize("lang", content.LANGUAGES)
def test_one_is_singular(lang):
    shown = [agreement.agree(lang, "{n} {n:row|rows}", {"n": n}).format(n=n) for n in (0, 1, "1", 2, "11", "1.5")]
    assert shown == ["0 rows", "1 row", "1 row", "2 rows", "11 rows", "1.5 rows"]
