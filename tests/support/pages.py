"""The pages, found by glob, and what many tests open them with."""

from pathlib import Path

import content

ROOT = Path(__file__).parents[2]
FILES = {file.stem.partition("_")[2]: file for file in sorted((ROOT / "pages").glob("[0-9][0-9]_*.py"))}  # in order
PAGES = sorted(FILES)
APPENDICES = {file.stem: file for file in sorted((ROOT / "pages").glob("[a-z]*.py"))}  # beside the path of lessons
PROMPTED = [slug for slug in PAGES if "models=()" not in FILES[slug].read_text()]
# the link with which a page runs on our small model, where it asks for one: a walk over all pages shows as much on it
SMALL = {slug: {"model": "experts"} if slug in PROMPTED else {} for slug in PAGES}
LANGUAGES = content.LANGUAGES
MARKUP = "<script>hacked=1</script><img src=x onerror=hacked=1> $x$ **b** [a](b)"
