// What the head of the page (ui/server/head.html) and Plotly leave on the window.
interface Window {
  vetro: {
    /** Writes selections into the link, null to leave it. */
    select(values: Record<string, string | number | null>): void;
    /** Ends when Plotly is there; null where it did not come. */
    plotly?: Promise<unknown> | null;
  };
  Plotly?: any;
}

// Elements are found by their classes, of which a type knows nothing; attributes take numbers and booleans as text.
interface ParentNode {
  querySelector(selectors: string): any;
  querySelectorAll(selectors: string): NodeListOf<any>;
}
interface Element {
  setAttribute(name: string, value: unknown): void;
}

// What the modules of all components know by these names.
type Packed = import("./components/base/numbers.js").Packed;
type Header = import("./components/base/numbers.js").Header;
type Palette = import("./components/base/colours.js").Palette;
type Given = import("./components/base/view.js").Given;
