"""Numbers as they are shown: three significant digits, the language's separators, a true minus sign."""

import math
from functools import lru_cache

from babel.numbers import format_decimal, get_decimal_symbol, get_group_symbol

THIN = "\u202f"
DECIMAL = ("", "k", "M", "G", "T", "P", "E", "Z")
BINARY = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi")
_SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def number(x: float | int, lang: str) -> str:
    """Three significant digits; whole numbers in full; very small or very large ones as a power of ten."""
    if isinstance(x, int) or getattr(getattr(x, "dtype", None), "kind", "") in ("i", "u"):
        return _decimal(int(x), "#,##0", lang)
    x = float(x)
    if not math.isfinite(x):
        return "–" if math.isnan(x) else "∞" if x > 0 else "−∞"
    if x == 0:
        return "0"
    mantissa, exponent = f"{x:.2e}".split("e")
    power = int(exponent)
    if not -4 <= power < 6:
        return f"{_decimal(float(mantissa), '0.00', lang)}{THIN}×{THIN}10{str(power).translate(_SUPERSCRIPT)}"
    places = max(2 - power, 0)
    return _decimal(round(x, places), "#,##0" + ("." + "0" * places if places else ""), lang)


def percent(p: float, lang: str) -> str:
    """A fraction between 0 and 1 in percent."""
    hundredths = 100 * float(p)
    return f"{'100' if hundredths == 100 else number(hundredths, lang)}{THIN}%"


def round_percent(p: float) -> str:
    """A round fraction in percent, without the digits that `percent` would give it."""
    return f"{round(100 * p)}{THIN}%"


def scaled(x: float, unit: str, lang: str, *, binary: bool = False) -> str:
    """An amount with the prefix that leaves 1 or more, by powers of 1000 (kB) or 1024 (KiB); whole ones in full."""
    base, prefixes = (1024, BINARY) if binary else (1000, DECIMAL)
    power = 0
    while x >= base ** (power + 1) and power + 1 < len(prefixes):
        power += 1
    shown = x / base**power
    return f"{number(int(shown) if shown == int(shown) else shown, lang)}{THIN}{prefixes[power]}{unit}"


def decimal_sign(lang: str) -> str:
    return get_decimal_symbol(lang)


def separators(lang: str) -> str:
    """The decimal sign and the one between thousands, as Plotly wants them."""
    return get_decimal_symbol(lang) + get_group_symbol(lang)


@lru_cache(maxsize=10_000)  # most numbers of a page stand on it twice, or stood on the last one: axes, shares, sizes
def _decimal(x: float | int, pattern: str, lang: str) -> str:
    return format_decimal(x, format=pattern, locale=lang).replace("-", "−")
