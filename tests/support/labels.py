"""Labels of figures that lie over one another or are cut, as a browser has laid them out."""

from playwright.sync_api import Page

FIND = """() => {
  const [faults, all] = [[], []];
  const look = (node) => {
    if (node instanceof Element) all.push(node);
    [...(node.shadowRoot?.children ?? []), ...(node.children ?? [])].forEach(look);
  };
  look(document.querySelector("[data-testid=stMain]"));
  const box = (node) => node.getBoundingClientRect();
  const shown = { opacityProperty: true, visibilityProperty: true };
  const seen = (node) => box(node).width > 1 && node.checkVisibility(shown);
  const said = (node) => node.textContent.trim();
  const texts = all.filter((node) => node.tagName === "text" && said(node) && seen(node));
  for (const [i, one] of texts.entries()) {
    const a = box(one);
    const frame = box(one.ownerSVGElement);
    const open = getComputedStyle(one.ownerSVGElement).overflow === "visible";
    if (!open && (a.left < frame.left - 1 || a.right > frame.right + 1)) faults.push(`cut: ${said(one)}`);
    for (const other of texts.slice(i + 1)) {
      if (other.ownerSVGElement !== one.ownerSVGElement) continue;
      const b = box(other);
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (across > 3 && down > 4) faults.push(`over one another: ${said(one)} | ${said(other)}`);
    }
  }
  for (const node of all) {
    const style = getComputedStyle(node);
    const own = [...node.childNodes].some((child) => child.nodeType === Node.TEXT_NODE && child.data.trim());
    const silent = style.textOverflow === "ellipsis" || style.clipPath !== "none"; // which is for screen readers
    const clips = ["hidden", "clip"].includes(style.overflowX) && !silent;
    if (own && clips && seen(node) && node.clientWidth > 4 && node.scrollWidth > node.clientWidth + 1)
      faults.push(`cut: ${said(node)}`);
  }
  return faults;
}"""


def faults(page: Page) -> list[str]:
    """What is wrong with the labels of the page's figures, at its width."""
    return page.evaluate(FIND)
