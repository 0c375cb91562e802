/**
 * The button's own looks; what it shares with the review is in styles.js.
 *
 * `.message:empty` takes no room, and is there all the same: a live region that comes with its first words is not heard.
 * `plaintext`: words of a language that is written the other way keep their full stops. `@supports not (inset: 0)`: there
 * is no gap between flexible boxes (Chrome before 84, Safari 14.1), which shows by what came a little later.
 */
export const buttonStyles = `
:host(caseframe-button) {
  display: inline-block;
  min-width: min(100%, 12rem);
  max-width: 100%;
  vertical-align: top;
}
.frame { display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--_gap); position: relative; }
.controls { display: flex; flex-wrap: wrap; gap: var(--_gap); align-items: center; }
.take {
  position: relative;
  display: inline-flex;
  flex-wrap: wrap;
  align-items: center;
  justify-content: center;
  gap: 0 .625rem;
  padding: .375rem 1.125rem;
  overflow: hidden;
}
.take[aria-busy] { cursor: progress; opacity: .75; }
.take svg { display: block; width: 1.25em; height: 1.25em; flex: none; fill: none; stroke: currentColor; stroke-width: 2; }
.take kbd {
  padding: 0 .375rem;
  border: 1px solid currentColor;
  border-radius: .25rem;
  font: inherit;
  font-size: .8125em;
  font-weight: 400;
  min-width: 0;
}
@supports not (inset: 0) {
  .controls > * + *, .take > [part=label], .take > kbd { margin-inline-start: .625rem; }
}
.flash { position: absolute; top: 0; right: 0; bottom: 0; left: 0; background: #fff; opacity: 0; pointer-events: none; }
.message:empty { position: absolute; }
.message, .prompt p { unicode-bidi: plaintext; }
.message { max-width: 36rem; color: var(--_muted); }
.message[data-kind=good] { color: var(--_good); }
.message[data-kind=bad] { color: var(--_bad); }
.sent { display: flex; align-items: center; gap: .625rem; max-width: 24rem; color: var(--_muted); }
.track {
  flex: 1;
  height: .5rem;
  overflow: hidden;
  border: 1px solid var(--_edge);
  border-radius: .25rem;
  background: var(--_sunken);
}
.bar { height: 100%; background: var(--_accent); transform-origin: left; }
:host(caseframe-button) .track[data-rtl] .bar { transform-origin: right; }
.percent { min-width: 3.5ch; text-align: end; font-variant-numeric: tabular-nums; }
.prompt {
  display: grid;
  gap: var(--_gap);
  max-width: 36rem;
  padding: 1rem;
  border: 1px solid var(--_edge);
  border-radius: var(--_radius);
  background: var(--_surface);
}
@media (prefers-reduced-motion: no-preference) {
  .bar { transition: transform .2s; }
}
@media (forced-colors: active) {
  .bar { forced-color-adjust: none; background: Highlight; }
  .flash { display: none; }
}
`;
