import { CaptureError, createCapture } from 'caseframe';
import { CaseframeButton } from 'caseframe/element';
import { fromVideoClient } from 'caseframe/genesys';
import { createUploader } from 'caseframe/upload';
import { expect, test } from 'vitest';

// What somebody's own tests do with a widget: it is imported where no video is, and made of the package's parts.
test('the package is imported in a document that has no video', async () => {
  const button = document.createElement('caseframe-button');
  expect(button).toBeInstanceOf(CaseframeButton);
  document.body.append(button);
  expect(() => fromVideoClient(null)).toThrow(CaptureError);
  expect(() => createUploader({})).toThrow(CaptureError);
  const capture = createCapture();
  await expect(capture.snapshot(null)).rejects.toMatchObject({ name: 'CaptureError' });
  capture.dispose();
});
