"""Words that follow the number they stand with: `{n} {n:row|rows}` in every language, and Italian articles, il 12 %,
lo 0,9 %, l’8 %, l’11 %, l’1,5 %."""

import re
from collections.abc import Mapping

PLURAL = re.compile(r"\{(\w+):([^{}|]*)\|([^{}|]*)\}")
# before a number that is read with "zero" first, and before one that begins with a vowel: otto, uno, undici
FORMS = {
    "il": ("lo ", "l’"),
    "del": ("dello ", "dell’"),
    "al": ("allo ", "all’"),
    "dal": ("dallo ", "dall’"),
    "nel": ("nello ", "nell’"),
    "sul": ("sullo ", "sull’"),
}
PLACE = re.compile(rf"\b({'|'.join(FORMS)}) (\**)\{{(\w+)\}}", re.IGNORECASE)
NUMBER = re.compile(r"(\d{1,3})((?:\.\d{3})*)")


def agree(lang: str, template: str, values: Mapping[str, object]) -> str:
    """The template, with one of two forms where it offers them, the first for exactly 1, and with the articles that the
    numbers want which are to stand after them."""
    template = PLURAL.sub(lambda forms: forms[2 if str(values[forms[1]]) == "1" else 3], template)
    if lang != "it":
        return template

    def article(place: re.Match) -> str:
        written, marks, name = place.groups()
        number = NUMBER.match(str(values.get(name, "")))
        if number is None or not (form := _form(*number.groups())):
            return place[0]
        agreed = FORMS[written.lower()][form - 1]
        return f"{agreed.capitalize() if written[0].isupper() else agreed}{marks}{{{name}}}"

    return PLACE.sub(article, template)


def _form(first: str, thousands: str) -> int:
    """0 for il, 1 for lo, 2 for l’; of a whole part such as 11.250 its first group and the rest."""
    if first == "0":
        return 1
    return 2 * (first.startswith("8") or first == "11" or (first == "1" and not thousands))
