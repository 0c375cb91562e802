// A frame of the page that holds a call.
import { startCall } from './call.js';

globalThis.started = startCall();
