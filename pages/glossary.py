"""The terms of the field, each with its symbol, its key in config.json and the lesson that shows it."""

from ui.frame import appendix

# the terms are in content/glossary.toml, their names and explanations in content/{lang}/glossary.md
appendix.glossary()
