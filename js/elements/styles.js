/**
 * What both elements look like, and how a shadow root comes by it.
 *
 * Colours follow `color-scheme`, which is inherited, not the system's preference, which the page may not share: by
 * `light-dark()`, or, in browsers without it (Chrome before 123, Firefox 120, Safari 17.5), by the system's colours,
 * which follow as well. Each pair meets WCAG AA: 4.5:1 for text, 3:1 for the edges of controls and for focus.
 *
 * What a toolbar or a video's stage has for itself ends at `:host`: a page that wants it in here says so on the element. Font,
 * direction and visibility are the page's.
 *
 * All rules of one element may share a stylesheet with the other's (element.css): bare elements are styled here alone,
 * an element's own file has class names of its own and `:host(caseframe-…)`.
 */
export const sharedStyles = `
:host {
  --_surface: var(--caseframe-surface, Canvas);
  --_sunken: var(--caseframe-sunken, Canvas);
  --_text: var(--caseframe-text, CanvasText);
  --_muted: var(--caseframe-muted, CanvasText);
  --_line: var(--caseframe-line, GrayText);
  --_edge: var(--caseframe-edge, CanvasText);
  --_accent: var(--caseframe-accent, #0b5cad);
  --_accent-strong: var(--caseframe-accent-strong, #084a8c);
  --_on-accent: var(--caseframe-on-accent, #fff);
  --_focus: var(--caseframe-focus, CanvasText);
  --_good: var(--caseframe-good, CanvasText);
  --_bad: var(--caseframe-bad, CanvasText);
  --_radius: var(--caseframe-radius, .5rem);
  --_gap: var(--caseframe-gap, .75rem);
  box-sizing: border-box;
  color: var(--_text);
  line-height: 1.5;
  letter-spacing: normal;
  word-spacing: normal;
  white-space: normal;
  overflow-wrap: break-word;
  text-align: start;
  text-indent: 0;
  text-shadow: none;
  text-transform: none;
  cursor: auto;
}
@supports (color: light-dark(#000, #fff)) {
  :host {
    --_surface: var(--caseframe-surface, light-dark(#fff, #171f29));
    --_sunken: var(--caseframe-sunken, light-dark(#eef1f5, #212b37));
    --_text: var(--caseframe-text, light-dark(#17212c, #e7ecf2));
    --_muted: var(--caseframe-muted, light-dark(#536070, #a5b1bf));
    --_line: var(--caseframe-line, light-dark(#d9dfe7, #3a4858));
    --_edge: var(--caseframe-edge, light-dark(#6f7c8b, #7f8da0));
    --_accent: var(--caseframe-accent, light-dark(#0b5cad, #80b9f6));
    --_accent-strong: var(--caseframe-accent-strong, light-dark(#084a8c, #a6cffb));
    --_on-accent: var(--caseframe-on-accent, light-dark(#fff, #06213c));
    --_focus: var(--caseframe-focus, light-dark(#0b5cad, #80b9f6));
    --_good: var(--caseframe-good, light-dark(#17693a, #7fd6a2));
    --_bad: var(--caseframe-bad, light-dark(#a8231c, #ff9d94));
  }
}
:host([hidden]), [hidden] { display: none !important; }
*, ::before, ::after { box-sizing: border-box; }
p, ol { margin: 0; padding: 0; }
button, input, select {
  max-width: 100%;
  min-height: 2.75rem;
  margin: 0;
  padding: .375rem .875rem;
  border: 1px solid var(--_edge);
  border-radius: var(--_radius);
  background: var(--_surface);
  color: var(--_text);
  font: inherit;
}
button {
  min-width: 2.75rem;
  cursor: pointer;
  touch-action: manipulation;
}
button:hover { background: var(--_sunken); }
button[aria-disabled=true]:not([aria-busy]), button:disabled {
  border-color: var(--_line);
  background: var(--_sunken);
  color: var(--_muted);
  cursor: not-allowed;
}
button[aria-pressed=true], .primary {
  border-color: transparent;
  background: var(--_accent);
  color: var(--_on-accent);
}
.primary { font-weight: 600; }
button[aria-pressed=true]:hover, .primary:hover { background: var(--_accent-strong); }
:focus-visible {
  outline: 3px solid var(--_focus);
  outline-offset: 2px;
}
.quiet {
  position: absolute;
  width: 1px;
  height: 1px;
  margin: -1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
@media (forced-colors: active) {
  button[aria-disabled=true]:not([aria-busy]), button:disabled { border-color: GrayText; color: GrayText; }
  button[aria-pressed=true], .primary { border-color: ButtonText; }
  button[aria-pressed=true] {
    forced-color-adjust: none;
    background: Highlight;
    color: HighlightText;
  }
}
`;

/**
 * By the document that they belong to, then by their text: an element that moves to another document (an iframe, a
 * window) needs sheets of that one. @type {WeakMap<Document, Map<string, CSSStyleSheet>>}
 */
const sheets = new WeakMap();

let isWarned = false;

/**
 * Gives a shadow root its styles; again where it has moved to another document.
 * @param {ShadowRoot} root @param {string[]} texts
 */
export function adoptStyles(root, texts) {
  const page = root.ownerDocument;
  const Sheet = (page.defaultView || globalThis).CSSStyleSheet;
  if (!('adoptedStyleSheets' in root) || !('replaceSync' in Sheet.prototype)) {
    linkStyles(root);
    return;
  }
  const made = sheets.get(page) || new Map();
  sheets.set(page, made);
  root.adoptedStyleSheets = texts.map((text) => {
    const sheet = made.get(text) || new Sheet();
    if (!made.has(text)) sheet.replaceSync(text);
    made.set(text, sheet);
    return sheet;
  });
}

/**
 * For browsers without constructable stylesheets (Firefox before 101, Safari 16.4): the package's `element.css`, which
 * the page links, is linked in the shadow root as well. @param {ShadowRoot} root
 */
function linkStyles(root) {
  if (root.querySelector('link')) return;
  const given = root.ownerDocument.querySelector('link[data-caseframe]');
  if (given) {
    const link = /** @type {HTMLLinkElement} */ (given.cloneNode());
    // In the page itself it styles nothing: its rules are for bare elements.
    link.media = '';
    root.prepend(link);
  } else if (!isWarned) {
    isWarned = true;
    console.warn(
      'caseframe: this browser needs <link rel="stylesheet" href="…/element.css" media="not all" data-caseframe>',
    );
  }
}
