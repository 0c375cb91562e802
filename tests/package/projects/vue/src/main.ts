import { createApp, h } from 'vue';
import { captureOnce } from '../capture.js';
import Camera from './Camera.vue';

// Camera.vue and elements.d.ts are the guide's own.
const stream = new MediaStream();
createApp({ render: () => h(Camera, { stream, onCaptured: ({ sha256 }) => console.log(sha256) }) }).mount('#app');

async function run() {
  const button = document.querySelector('caseframe-button');
  if (button?.source !== stream) return { error: 'the element did not get its source', code: button?.localName };
  return captureOnce();
}
Object.assign(globalThis, { result: run() });
