"""The words: the same files, sections and placeholders in both languages; every section used, none missing."""

import re
from pathlib import Path
from string import Formatter

import pytest

import content

ROOT = Path(__file__).parents[1]
FILES = sorted({file.stem for file in (ROOT / "content").glob("*/*.md")})
FRAME = {"intro", "takeaway", "title"}  # asked for by ui/frame/lesson.py


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_a_section_that_is_missing_raises():
    with pytest.raises(KeyError):
        content.load("en", "ui")["no such section"]


def test_a_section_given_twice_raises(tmp_path, monkeypatch):
    (tmp_path / "en").mkdir()
    (tmp_path / "en/twice.md").write_text("## a\nx\n\n## a\ny\n")
    monkeypatch.setattr(content, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match="twice"):
        content.load("en", "twice")


@pytest.mark.parametrize("slug", FILES)
def test_both_languages_have_the_same_sections(slug):
    assert list(content.load("en", slug)) == list(content.load("it", slug))


@pytest.mark.parametrize("slug", FILES)
def test_every_section_says_something(slug):
    english, italian = content.load("en", slug), content.load("it", slug)
    assert all(english.values()) and all(italian.values())
    assert {name: placeholders(text) for name, text in italian.items()} == {
        name: placeholders(text) for name, text in english.items()
    }


@pytest.mark.parametrize("slug", FILES)
def test_no_line_ends_between_a_number_and_its_sign(slug):
    for lang in content.LANGUAGES:
        assert not [text for text in content.load(lang, slug).values() if re.search(r"[\d}] %", text)]


@pytest.mark.parametrize("slug", FILES)
def test_the_italian_is_not_the_english(slug):
    """A long section left in English would pass every other test."""
    english, italian = content.load("en", slug), content.load("it", slug)
    assert not [section for section in english if len(english[section]) > 40 and english[section] == italian[section]]


CODE = "\n".join(
    file.read_text(encoding="utf-8")
    for pattern in ("*.py", "pages/*.py", "ui/**/*.py", "viz/*.py", "ui/components/*/*.js", "ui/lessons/*/*/*.js")
    for file in sorted(ROOT.glob(pattern))
)
WHOLE = set(re.findall(r"""["'`.]([\w-]+)""", CODE))
COMPOSED = tuple(re.findall(r"""[f`]["']?([\w-]+-)\$?{""", CODE))


@pytest.mark.parametrize("slug", [slug for slug in FILES if slug != "path"])
def test_every_section_is_used(slug):
    """Its name stands in the code: quoted, as a property in JavaScript, or as the beginning of an f-string."""
    names = content.load("en", slug)
    assert [name for name in names if name not in FRAME | WHOLE and not name.startswith(COMPOSED)] == []
