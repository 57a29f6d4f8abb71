"""The sums that a page writes out, worked again from what is printed, as a reader with a pocket calculator would."""

import math
import re
from dataclasses import dataclass
from html.parser import HTMLParser

NUMBER = r"\d+(?:\.\d+)?(?:\s×\s10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?"
UNITS = {"%": 1e-2, "°": math.pi / 180} | {
    f"{prefix}{binary}B": (1024 if binary else 1000) ** (power + 1)
    for power, prefix in enumerate("kMGTP")
    for binary in ("", "i")
}
UNITS["KiB"] = UNITS.pop("kiB")
PLAIN = str.maketrans(
    {"−": "-", "×": "*", "·": "*", "÷": "/", "²": "**2", ";": ",", "∞": "INF", "⌊": "FLOOR(", "⌋": ")"}
)
DIGITS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
SHAPE = re.compile(r"\s*\(\d+ ?[,×]")
WORKED = re.compile(r"\d\)? [×÷·+−/] [(−\d]")
CUT_SHORT = re.compile(r"\b(more|altr[ie])\b|…|Σ")  # not all terms are written


@dataclass(frozen=True)
class Printed:
    """What a printed number may stand for, from `low` to `high`, and the number itself; exact where it is whole."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, digits: str, unit: str, rounded: bool) -> "Printed":
        """A whole number of three digits or more may be `rounded`."""
        plain, _, power = digits.replace("\u202f", " ").partition(" × 10")
        scale = 10 ** int(power.translate(DIGITS) or 0) * UNITS.get(unit, 1)
        _, point, decimals = plain.partition(".")
        half = 0.5 * 10.0 ** -len(decimals) if point or (rounded and len(plain) > 2) else 0
        return cls(float(plain) * scale, (float(plain) - half) * scale, (float(plain) + half) * scale)

    @property
    def exact(self) -> bool:
        return self.low == self.high

    def _joined(self, other: "Printed | float", join) -> "Printed":
        other = other if isinstance(other, Printed) else Printed(other, other, other)
        ends = [x for a in (self.low, self.high) for b in (other.low, other.high) if not math.isnan(x := join(a, b))]
        return Printed(join(self.value, other.value), min(ends), max(ends))

    def __add__(self, other):
        return self._joined(other, lambda a, b: a + b)

    def __sub__(self, other):
        return self._joined(other, lambda a, b: a - b)

    def __mul__(self, other):
        return self._joined(other, lambda a, b: a * b)

    def __truediv__(self, other):
        return self._joined(other, lambda a, b: a / b if b else math.inf)

    def __mod__(self, other):
        return self._joined(other, lambda a, b: a % b)

    def __pow__(self, power):
        return self.mapped(lambda x: x**power)

    def __neg__(self):
        return Printed(-self.value, -self.high, -self.low)

    def __pos__(self):
        return self

    def mapped(self, function) -> "Printed":
        ends = [function(self.low), function(self.high)]
        return Printed(function(self.value), min(ends), max(ends))


def _chosen(choose):
    return lambda *terms: Printed(*(choose(getattr(term, end) for term in terms) for end in ("value", "low", "high")))


FUNCTIONS = {
    "E": lambda x: x.mapped(math.exp),
    "ROOT": lambda x: x.mapped(math.sqrt),
    "FLOOR": lambda x: x.mapped(math.floor),
    "cos": lambda x: x.mapped(math.cos),
    "ln": lambda x: x.mapped(math.log),
    "min": _chosen(min),
    "max": _chosen(max),
    "SiLU": lambda x: x.mapped(lambda y: y / (1 + math.exp(-y))),
    "GELU": lambda x: x.mapped(lambda y: y * (1 + math.erf(y / math.sqrt(2))) / 2),
    "ReLU": lambda x: x.mapped(lambda y: max(y, 0.0)),
    "INF": Printed(math.inf, math.inf, math.inf),
}


class _Lines(HTMLParser):
    """The text of each paragraph, or of all if there is none, without remarks and indices."""

    def __init__(self):
        super().__init__()
        self.lines, self.open = [""], []

    def handle_starttag(self, tag, attributes):
        classes = (dict(attributes).get("class") or "").split()
        if tag == "p" or "part" in classes:
            self.lines.append("")
        if tag == "sup":
            self.lines[-1] += "^("
        if tag != "br":
            self.open.append((tag, "note" in classes or tag == "sub"))

    def handle_endtag(self, tag):
        self.open.pop()
        if tag == "sup":
            self.lines[-1] += ")"

    def handle_data(self, text):
        if not any(silent for _, silent in self.open):
            self.lines[-1] += f" {text.strip()} " if text.strip() else " "


def lines_of(html: str) -> list[str]:
    """Of a box of arithmetic (`.arith`)."""
    parser = _Lines()
    parser.feed(html)
    return [line for line in (" ".join(line.split()) for line in parser.lines) if line]


def check(line: str, lang: str) -> int:
    """How many equations of a line can be worked again. Raises AssertionError where one does not hold, and where one
    could not be read that is written out.

    Two sides with "=" are whole numbers and what they come to, to the last digit printed. What is worked from rounded
    numbers says "≈", and holds for some numbers that are printed so.
    """
    line = re.sub(r"(?<=\d),(?=\d{3})" if lang == "en" else r"(?<=\d)\.(?=\d{3})", "", line)
    line = line if lang == "en" else re.sub(r"(?<=\d),(?=\d)", ".", line)
    sides = re.split(r"([=≈])", line)
    found, terms = 0, None
    for left, sign, right in zip(sides[::2], sides[1::2], sides[2::2], strict=False):
        rounded = sign == "≈"
        total = None if SHAPE.match(right) else _worked(right, rounded) if WORKED.search(right) else _leading(right)
        terms = terms if terms and terms.exact else _worked(left, rounded)  # 1,073,741,824 bytes = 1.07 GB = 1 GiB
        if terms is None or total is None:
            plain = re.search(r"\d [×÷·+−/]", left) and not re.search(r"[^\W\d²]{2}", left)
            assert not plain or total is None or CUT_SHORT.search(left), f"cannot be read: {line}"
            continue
        found += 1
        slack = 1e-9 * max(1.0, abs(terms.value))
        holds = terms.low - slack <= total.high and terms.high + slack >= total.low
        if not rounded:
            holds = holds and (terms.exact or abs(terms.value - total.value) <= slack)
        assert holds, f"{terms.value:.6g} from what is printed: {line}"
    return found


def _worked(side: str, rounded: bool) -> Printed | None:
    """An expression worked out; None where it is none, or is cut short."""

    def number(digits: str, unit: str) -> Printed:
        return Printed.of(digits, unit, rounded or unit != "")  # 537 MB is rounded, 1 GiB is not

    if CUT_SHORT.search(side):
        return None
    side = re.split(r"[:,] (?![^(]*\))", side)[-1]  # what stands before is a name
    units = "|".join(map(re.escape, sorted(UNITS, key=len, reverse=True)))
    side = re.sub(r"\be ?\^", "E", side).replace("√", "ROOT ").replace(" ^", " ** ").replace(" mod ", " % ")
    side = re.sub(r"ROOT (\d+)", r"ROOT (\1)", re.sub(r"cos (\S+)", r"cos(\1)", side))
    side = re.sub(rf"({NUMBER})(?:\s?({units})(?!\w))?", r' N("\1","\2") ', side)
    pieces = re.split(r'(N\(".*?"\))', side)
    for i in range(0, len(pieces), 2):
        words = re.sub(r"\b(?!(?:E|ROOT|cos|ln|min|max|SiLU|GELU|ReLU)\b)[^\W\d²][\w’'/-]*", " ", pieces[i])
        pieces[i] = words.translate(PLAIN)
    try:
        value = eval("".join(pieces).strip(), {"__builtins__": {}}, FUNCTIONS | {"N": number})
    except (SyntaxError, TypeError, NameError, ValueError, AttributeError):
        return None
    return value if isinstance(value, Printed) else None


def _leading(side: str) -> Printed | None:
    """The number that a side begins with."""
    units = "|".join(map(re.escape, sorted(UNITS, key=len, reverse=True)))
    number = re.match(rf"\s*(\(?−?)\s*({NUMBER})(?:\s?({units})(?!\w))?", side)
    if not number:
        return None
    value = Printed.of(number[2], number[3] or "", number[3] is not None)
    return -value if "−" in number[1] else value
