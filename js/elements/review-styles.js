/**
 * What the review looks like; colours and bare elements are those of styles.js.
 *
 * `.review::after`: the second click of a double click would land in the review that the first has opened, on a picture
 * that nobody has looked at yet. Where nothing is animated, nothing is held off. `visibility`, `pointer-events`: a page that
 * makes invisible what the review is in, or takes no clicks there meanwhile, would be held up by it. The canvas has none:
 * what is pointed at could be saved by the browser's menu, uncovered. `plaintext`: words of a language that is
 * written the other way keep their order: 200 × 150 stays width × height.
 */
export const reviewStyles = `
:host(caseframe-review) { display: contents; }
.review {
  display: flex;
  flex-direction: column;
  gap: var(--_gap);
  position: fixed;
  z-index: 2147483647;
  top: 0;
  right: 0;
  bottom: 0;
  left: 0;
  width: min(90rem, 100%);
  max-width: none;
  height: min(60rem, 100%);
  max-height: none;
  margin: auto;
  padding: 1rem;
  overflow: auto;
  border: 1px solid var(--_line);
  border-radius: var(--_radius);
  background: var(--_surface);
  color: var(--_text);
  box-shadow: 0 1rem 4rem rgba(0, 0, 0, .35);
  visibility: visible;
  pointer-events: auto;
}
.review::backdrop { background: rgba(0, 0, 0, .6); }
.review::after {
  content: '';
  position: fixed;
  z-index: 2;
  top: 0;
  right: 0;
  bottom: 0;
  left: 0;
  visibility: hidden;
  animation: caseframe-look .5s;
}
@keyframes caseframe-look { from, to { visibility: visible } }
.review h2, .review h3 { margin: 0; line-height: 1.25; }
.review h2 { font-size: 1.25rem; }
.review h3 { font-size: 1rem; }
.head, .tools, .actions, .entry-actions, .foot {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: .5rem;
}
.head, .foot { justify-content: space-between; }
.tools button { padding: 0; width: 2.75rem; font-size: 1.25rem; line-height: 1; }
.work {
  display: flex;
  flex: 1 1 auto;
  gap: 1rem;
  min-height: 0;
}
.stage {
  display: flex;
  flex-direction: column;
  flex: 1 1 0;
  gap: .5rem;
  min-width: 0;
}
.surface {
  position: relative;
  flex: 1 1 auto;
  min-height: 10rem;
  overflow: hidden;
  border-radius: var(--_radius);
  background: #14181d;
  cursor: crosshair;
  touch-action: none;
  -webkit-user-select: none;
  user-select: none;
}
.surface[data-panning], [data-panning] > * { cursor: grab !important; }
.surface > * { position: absolute; }
.box {
  border: 2px solid #fff;
  outline: 1px solid #000;
  box-shadow: inset 0 0 0 1px #000;
  cursor: move;
}
.box[data-open] { border: 3px dashed #ffd447; }
.box[data-chosen] { border-color: #4db1ff; }
.box[data-draft] { border-width: 1px; }
.box[data-draft]:not([data-chosen]) .number { display: none; }
.box:focus-visible { outline: 3px solid #ffd447; outline-offset: 1px; }
.number {
  position: absolute;
  top: -2px;
  left: -2px;
  min-width: 1.25rem;
  padding: 0 .25rem;
  background: #000;
  color: #fff;
  font-size: .8125rem;
  line-height: 1.25rem;
  text-align: center;
  pointer-events: none;
}
.grip i {
  position: absolute;
  width: .75rem;
  height: .75rem;
  margin: -.375rem;
  border: 1px solid #000;
  border-radius: 2px;
  background: #fff;
}
.surface canvas, .cursor, .corner { pointer-events: none; }
.cursor::before, .cursor::after, .corner::before {
  content: '';
  position: absolute;
  background: #ffd447;
  outline: 1px solid #000;
}
.cursor::before { left: -1px; top: -16px; width: 2px; height: 32px; }
.cursor::after { left: -16px; top: -1px; width: 32px; height: 2px; }
.corner::before { left: -5px; top: -5px; width: 10px; height: 10px; border-radius: 50%; }
.hint, .place, .none, .modes small { color: var(--_muted); font-size: .875rem; }
.hint, .place, .none, .modes small, .summary, .actions p, .found > p { unicode-bidi: plaintext; }
.side {
  display: flex;
  flex-direction: column;
  flex: 0 0 21rem;
  gap: .5rem;
  min-height: 0;
  overflow: auto;
  padding: 3px;
}
.modes { margin: 0 0 .5rem; padding: 0; border: 0; min-width: 0; }
.modes legend { padding: 0; font-weight: 600; }
.modes small { display: block; padding-inline-start: 1.75rem; line-height: 1.35; }
.choice { display: flex; align-items: center; gap: .5rem; min-height: 2rem; }
.choice input { flex: none; width: 1.25rem; height: 1.25rem; min-height: 0; accent-color: var(--_accent); }
.list { display: flex; flex-direction: column; gap: .5rem; list-style: none; }
.list li {
  padding: .625rem;
  border: 1px solid var(--_line);
  border-radius: var(--_radius);
  background: var(--_sunken);
}
.list li[data-open] { border-style: dashed; border-color: var(--_edge); }
.list li[data-chosen] { border-color: var(--_accent); box-shadow: inset 3px 0 0 var(--_accent); }
.found { display: flex; flex-direction: column; gap: .5rem; }
.found summary { padding: .5rem 0; cursor: pointer; }
.found .list { gap: .25rem; }
.found .list li { padding: .25rem .25rem .25rem .625rem; }
.draft { display: flex; align-items: center; justify-content: space-between; gap: .5rem; }
.entry { display: flex; flex-direction: column; gap: .5rem; }
.entry-name { display: flex; flex-wrap: wrap; align-items: baseline; column-gap: .5rem; }
.fields { display: flex; flex-wrap: wrap; gap: .5rem; }
.field { display: flex; flex-direction: column; flex: 1 1 6.5rem; min-width: 0; font-size: .8125rem; }
.field input, .field select { width: 100%; padding: .25rem .375rem; font-size: 1rem; }
.entry-actions { align-items: flex-end; }
.field.mode { flex: 1 1 8rem; }
.summary { font-weight: 600; }
.foot { padding-top: .75rem; border-top: 1px solid var(--_line); }
.actions { justify-content: flex-end; margin-inline-start: auto; }
@media (max-width: 48rem), (max-height: 30rem) {
  .review { width: 100%; height: 100%; border: 0; border-radius: 0; padding: .75rem; }
  .work { flex-direction: column; flex: none; }
  .stage, .side { flex: none; }
  .side { overflow: visible; }
  .surface { flex: none; height: 56vw; max-height: calc(100vh - 5rem); }
  .actions > button { flex: 1 1 auto; }
}
@media (max-width: 48rem) and (min-height: 45rem) {
  .review { padding-bottom: 0; scroll-padding-bottom: 10rem; }
  .foot { position: sticky; bottom: 0; z-index: 1; padding-bottom: .75rem; background: var(--_surface); }
}
@media (forced-colors: active) {
  .surface { --_focus: CanvasText; forced-color-adjust: none; }
  .list li[data-chosen] { border-color: Highlight; }
}
`;
