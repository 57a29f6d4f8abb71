"""What the lessons cite: authors, title, place and year, what is taken from each, and in which lessons."""

from ui.frame import appendix

# the entries are in content/references.toml, what is cited in content/{lang}/references.md
appendix.references()
