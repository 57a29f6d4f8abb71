"""Articles that follow the number after them: in Italian il 12 %, lo 0,9 %, l’8 %, l’11 %, l’1,5 %."""

import re
from collections.abc import Mapping

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
    """The template, with the articles before its placeholders as the numbers that are to stand there want them."""
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
