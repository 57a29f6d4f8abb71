"""What strangers may type: markup, templates, places, numbers and odd characters; and what of it a reader would see."""

import re
from html.parser import HTMLParser

from tests.support.pages import ROOT

MARKUP = """
<script>hacked=1</script>
<img src=x onerror=hacked=1>
<svg/onload=hacked=1>
"><script>hacked=1</script>
'><b onmouseover=hacked=1>
</span><iframe src="javascript:hacked=1">
<a href="javascript:hacked=1">x</a>
<style>*{display:none}</style>
</textarea><script>hacked=1
<math><mtext></form><form><mglyph><style></math><img src onerror=hacked=1>
<ScRiPt >hacked=1</sCrIpT>
&lt;script&gt;hacked=1&lt;/script&gt;
&#60;script&#62; &#x3c;img&#x3e;
<base href=//evil.example>
<meta http-equiv=refresh content=0;url=//evil.example>
<!--
]]>
<x-hacked>
<b
<
"""
TEMPLATES = r"""
{0.__class__}
{0.__class__.__mro__[1].__subclasses__()}
{{7*7}} ${7*7} #{7*7} <%= 7*7 %>
{% for x in () %}
%s%s%n %(a)s
{
}
{}
{{}}
{word}{token}{n}
$x$ $$\frac{1}{0}$$
\href{javascript:hacked=1}{x}
[x](javascript:hacked=1) ![x](//evil.example/x.png)
`x` ```
# x
| a | b |
:material/home: :red[x]
"""
PLACES = r"""
../../../../etc/passwd
..\..\windows
/etc/passwd
file:///etc/passwd
%2e%2e%2f
smollm2/../x
HuggingFaceTB/SmolLM2
http://evil.example
' OR 1=1 --
"; DROP TABLE x; --
; rm -rf / $(reboot) `reboot`
=HYPERLINK("//evil.example")
() { :; };
__proto__ constructor
null
None
true
"""
NUMBERS = """
0 -1 1 00 +1 1.5 1e308 1e999 -1e999 NaN -nan inf Infinity 0x10 1_000 ٣ １２ ² ½ 9223372036854775808 2147483648 -0 1,5
1e-400 1-1 0-0 99-99 12- -12 shuffle-0 shuffle-99999 swap-٣ 1.2.3 999999999.1 . .. 1:2 width:0 layers:99999999999
heads:7 norm_eps:nan mask:x 0:0~0:0 ~ mean.1.1~zero.99.99
"""
CHARACTERS_ODD = (
    *"\0\t\n\r\x0b\x1b\x7f\x85\xad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202e\u2066\u2069\ufeff",
    *("\ud800", "\udfff", "\udc80", "\ufffe", "\uffff", "\U0010ffff", "\ue000", "e\u0301\u0302" * 20, "\u0340" * 50),
    *("раypal", "ⓢⓒⓡⓘⓟⓣ", "＜script＞", "ﷺ", "𓀀", "👩‍👩‍👧‍👦", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "שלום\u202eabc", "ẞßſıİ", "𝕳𝖆𝖈𝖐", "한글", "ไทย"),
)
UNSEEN = "\0\x1b\u200b\u202e\u2066\ufeff"
LONG = (
    "a" * 5_000,
    "<" * 700,
    "9" * 5_000,
    "-" + "1" * 5_000,
    "{" * 700,
    "\u202e" * 700,
    "1e" + "9" * 400,
    "1." * 2_000,
)
SHORT = [*(MARKUP + TEMPLATES + PLACES).strip().splitlines(), *NUMBERS.split(), *CHARACTERS_ODD]
CORPUS = ["", " ", *SHORT, *LONG]

SOURCES = "\n".join(file.read_text() for folder in ("ui", "pages") for file in (ROOT / folder).rglob("*.py"))
READ = sorted(  # by functions of ours
    set(
        re.findall(
            r'(?:(?:query_params|url_state|link|said)\.get|(?:link|url_state)\.(?:count|bind|bind_text))\("([\w-]+)"',
            SOURCES,
        )
    )
    | {"head", "query", "key", "shift", "apart", "encoder", "decoder", "nothing-of-ours"}
)
BOUND = sorted(set(re.findall(r'key="([\w-]+)"', SOURCES)))  # by widgets


class Found(HTMLParser):
    """tags: every start tag with its attributes; text: everything else that a reader sees."""

    def __init__(self, markup):
        super().__init__(convert_charrefs=True)
        self.tags, self.text = [], ""
        self.feed(str(markup))  # parts of Markup are Markup, and would be escaped when they are added up
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, attributes))

    def handle_data(self, data):
        self.text += data

    def handle_comment(self, data):
        self.tags.append(("comment", data))

    handle_decl = unknown_decl = handle_pi = handle_comment
