import { afterNextRender, Component, provideZonelessChangeDetection } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import { captureOnce } from '../capture.js';
// The guide's own.
import { CameraComponent } from './camera';

const stream = new MediaStream();

async function run() {
  const button = document.querySelector('caseframe-button');
  if (button?.source !== stream) return { error: 'the element did not get its source', code: button?.localName };
  return captureOnce();
}

@Component({
  selector: 'app-root',
  imports: [CameraComponent],
  template: '<app-camera [stream]="stream" (captured)="log($event.sha256)" />',
})
class App {
  readonly stream = stream;
  constructor() {
    afterNextRender(() => Object.assign(globalThis, { result: run() }));
  }
  log(sha256: string) {
    console.log(sha256);
  }
}

bootstrapApplication(App, { providers: [provideZonelessChangeDetection()] });
