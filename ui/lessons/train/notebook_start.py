"""What its notebook begins with: in what the two models of the link differ from the usual one."""

from collections.abc import Mapping

from model.toys.plans import NAMES, OPTIONS, PRESETS
from ui.lessons.train import link as train_link


def start(link: Mapping[str, str], lang: str) -> dict[str, str]:
    """The settings of both models as the cells take them; where the link names none, the pair that the page begins
    with."""
    if not any(name in link for name in train_link.LINK):
        link = train_link.as_link(PRESETS[train_link.FIRST])

    def differences(side: str) -> str:
        values = {name: train_link.option(OPTIONS[name], link.get(f"{side}-{name}")) for name in NAMES}
        return " ".join(f"{name}={value}" for name, value in values.items() if value is not None)

    return {side: differences(side) for side in train_link.SIDES}
