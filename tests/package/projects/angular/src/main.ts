import { Component, provideZonelessChangeDetection } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import { captureOnce } from '../capture.js';

@Component({ selector: 'app-root', template: 'caseframe' })
class App {
  constructor() {
    Object.assign(globalThis, { result: captureOnce() });
  }
}

bootstrapApplication(App, { providers: [provideZonelessChangeDetection()] });
