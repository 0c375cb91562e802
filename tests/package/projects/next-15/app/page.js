'use client';
import { useEffect } from 'react';
import { captureOnce } from '../capture.js';

export default function Page() {
  useEffect(() => {
    globalThis.result = globalThis.result || captureOnce();
  }, []);
  return <main>caseframe</main>;
}
