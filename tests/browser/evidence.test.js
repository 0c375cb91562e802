/** A captured file and its snapshot tell the same story: the id, the time, the covered rectangles; and no more. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { useLab } from './harness.js';

const { run } = useLab();

/** @param {string} base64 */
async function tagsOf(base64) {
  const folder = await mkdtemp(join(tmpdir(), 'caseframe-evidence-'));
  const path = join(folder, 'snapshot.jpg');
  await writeFile(path, Buffer.from(base64, 'base64'));
  try {
    const { stdout } = await promisify(execFile)('exiftool', ['-j', '-struct', '-n', '-a', '-validate', '-all', path]);
    return JSON.parse(stdout)[0];
  } finally {
    await rm(folder, { recursive: true });
  }
}

for (const [frame, isReady] of Object.entries({ 'a frame that was waited for': false, 'a kept frame': true }))
  test(`the file states its snapshot’s id, time and redactions, ${frame}; ids of people only where asked for`, async () => {
    const own = 'b3f1c9a0-5d6e-4f70-8a9b-0c1d2e3f4a5b';
    const { shots, plainAgain } = await run(
      async ([id, isReady]) => {
        const call = await lab.startCall();
        const capture = lab.createCapture();
        await lab.ramped(call.track, 320);
        const source = {
          targets: () => [{ track: call.track, interactionId: 'call-7', participantId: 'customer-9', kind: 'camera' }],
          on: () => () => {},
          dispose() {},
        };
        if (isReady) {
          await capture.ready(source);
          await lab.sleep(500);
        }
        const redact = [{ x: 0.1, y: 0.1, width: 0.2, height: 0.2, unit: 'ratio', mode: 'fill' }];
        const shots = [
          await lab.outcome(capture.snapshot(source, { redact })),
          await lab.outcome(capture.snapshot(source, { metadata: { id, embed: true, agentId: 'agent-3' } })),
        ];
        const still = await capture.grab(source, { metadata: { description: 'Über die Straße' } });
        shots.push(await lab.outcome(still.encode({ redact })));
        const plainAgain = await lab.outcome(still.encode());
        capture.dispose();
        call.end();
        return { shots, plainAgain };
      },
      { argument: [own, isReady] },
    );
    const [plain, embedded, grabbed] = shots;
    assert.equal(embedded.id, own);
    assert.notEqual(plainAgain.id, grabbed.id, 'every encoding is a snapshot of its own');
    for (const snapshot of shots) {
      assert.equal(snapshot.code, undefined, snapshot.message);
      const tags = await tagsOf(snapshot.jpeg);
      assert.equal(tags.Validate, '0 0 0');
      assert.equal(tags.ImageUniqueID, snapshot.id.replace(/-/g, ''));
      const [date, fraction] = snapshot.capturedAt.replace(/-/g, ':').replace('T', ' ').replace('Z', '').split('.');
      assert.equal(tags.DateTimeOriginal, date);
      assert.equal(String(tags.SubSecTimeOriginal).padStart(3, '0'), fraction);
      assert.match(tags.OffsetTimeOriginal, /^(\+00:00|Z)$/);
      assert.equal(tags.FrameAgeMs, Math.round(snapshot.frame.ageMs));
      assert.equal(tags.RedactionCount, snapshot.redactions.length);
      const file = Buffer.from(snapshot.jpeg, 'base64').toString('latin1');
      for (const personal of ['call-7', 'customer-9', 'agent-3']) {
        assert.equal(file.includes(personal), snapshot === embedded, `${personal} in the file`);
      }
    }
    assert.equal((await tagsOf(grabbed.jpeg)).Description, 'Über die Straße');
    assert.equal(plain.redactions.length, 1);
  });
