/** A picture by the button, for browsers that no test can reach into: how it went, and what it looks like. */
import '/pages/button.js';

export default async function takePicture() {
  await stage.open({ attributes: { shortcut: 'Alt+C' } });
  await stage.reaches('idle');
  stage.button.click();
  stage.button.click();
  await stage.reaches('delivered');
  const { position, paddingLeft, minHeight, color, backgroundColor } = getComputedStyle(stage.part('button'));
  const flash = stage.part('flash').getBoundingClientRect();
  const button = stage.part('button').getBoundingClientRect();
  const label = stage.part('label').getBoundingClientRect();
  const keys = stage.part('shortcut').getBoundingClientRect();
  return {
    ...stage.look(),
    fired: stage.fired.map(({ type }) => type),
    style: { position, paddingLeft, minHeight, color, backgroundColor },
    flash: Math.abs(flash.width - button.width) < 4,
    apart: keys.left - label.right,
  };
}
