/** A button in every state, below each other: `stage.openGallery`. */
import '/pages/button.js';

/** Uploads that go so far and no further. */
const WAYS = {
  uploading: {
    send(_snapshot, { onProgress }) {
      setTimeout(onProgress, 0, { loaded: 42, total: 100 });
      return new Promise(() => {});
    },
  },
  queued: {
    on(type, listener) {
      if (type === 'failed') this.listener = listener;
    },
    send({ id }) {
      setTimeout(this.listener, 0, { id, willRetry: true, item: { durable: true } });
      return new Promise(() => {});
    },
  },
  delivered: { send: async () => ({}) },
  failed: {
    async send() {
      throw new lab.CaptureError('upload-rejected');
    },
  },
};

stage.openGallery = async () => {
  await stage.open({ attributes: { shortcut: 'Alt+C' } });
  const { call, capture, button: first } = stage;
  for (const state of ['unavailable', 'capturing', 'asking', ...Object.keys(WAYS)]) {
    const button = document.createElement('caseframe-button');
    Object.assign(button.style, { display: 'block', marginTop: '1.5rem' });
    document.body.append(button);
    const options = { interactionId: 'case-1', timeoutMs: 100000, minWidth: state === 'capturing' ? 5000 : 0 };
    const source = state === 'unavailable' ? null : call.stream;
    Object.assign(button, { source, capture, options, uploader: { ...WAYS[state] }.send ? { ...WAYS[state] } : null });
    button.consent = state === 'asking';
    if (state === 'delivered') button.shortcut = 'Control+Alt+Shift+PrintScreen';
    if (source) {
      await lab.until(call, () => button.state === 'idle', `idle, not ${button.state}`);
      button.click();
    }
    const isShown = () =>
      button.state === state &&
      (state !== 'capturing' || !button.shadowRoot.querySelector('[part=cancel]').hidden) &&
      (state !== 'uploading' || button.shadowRoot.querySelector('[aria-valuenow="42"]') !== null);
    await lab.until(call, isShown, `${state}, not ${button.state}`);
  }
  stage.button = first;
};
