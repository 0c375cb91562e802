/** What a file says of itself, as others read it: exiftool, exiv2 and libvips. */

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { createEngine } from '../../dist/engine/node.js';
import { version } from '../../js/version.js';
import { forEachSeed } from './random.js';

const run = promisify(execFile);
const PHOTO = new URL('../fixtures/astronaut.png', import.meta.url);
const ID = '0b5dd2b4-7a0e-4c39-9c56-8d1f2f6f7a10';
const ROOM = { maxBuffer: 64 * 1024 * 1024 };

/** @type {import('../../dist/engine/index.js').Engine} */ let engine;
/** @type {{ data: Buffer, width: number, height: number }} */ let frame;
/** @type {string} */ let folder;
/** @type {ReturnType<typeof startExiftool>} */ let exiftool;

before(async () => {
  exiftool = startExiftool();
  engine = await createEngine();
  const { data, info } = await sharp(await readFile(PHOTO))
    .resize(240)
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  frame = { data, width: info.width, height: info.height };
  folder = await mkdtemp(join(tmpdir(), 'caseframe-metadata-'));
});

after(async () => {
  engine.dispose();
  await exiftool.stop();
  await rm(folder, { recursive: true });
});

/** @param {import('../../dist/engine/index.js').EncodeOptions} [options] */
const jpegOf = (options) => Buffer.from(engine.encode(frame, options).jpeg);

/** One exiftool for all files: to start takes Perl longer than to read. */
function startExiftool() {
  const child = spawn('exiftool', ['-stay_open', 'True', '-@', '-'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const chunks = child.stdout.setEncoding('utf8')[Symbol.asyncIterator]();
  return {
    /** What it prints. @param {string[]} args */
    async ask(...args) {
      child.stdin.write([...args, '-execute', ''].join('\n'));
      let printed = '';
      while (!printed.endsWith('{ready}\n')) {
        const { value, done } = await chunks.next();
        assert.ok(!done, 'exiftool ended');
        printed += value;
      }
      return printed.slice(0, -'{ready}\n'.length);
    },
    async stop() {
      child.stdin.end('-stay_open\nFalse\n');
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

/**
 * What exiftool makes of the file, after finding nothing to complain of; nor does exiv2.
 * @param {Buffer} jpeg
 */
async function read(jpeg) {
  const path = join(folder, `${createHash('sha256').update(jpeg).digest('hex')}.jpg`);
  await writeFile(path, jpeg);
  const checked = await exiftool.ask('-validate', '-warning', '-error', '-a', '-s3', path);
  assert.equal(checked.trim(), 'OK');
  const exiv2 = await run('exiv2', ['-pa', path], ROOM);
  assert.equal(exiv2.stderr, '');
  const json = await exiftool.ask('-j', '-struct', '-G1', '-a', '-n', '-api', 'StructFormat=JSONQ', path);
  return { tags: JSON.parse(json)[0], exiv2: exiv2.stdout };
}

/** Rows of exiv2's table: name → value; a value of several lines ends at the first. @param {string} table */
const rows = (table) =>
  new Map(
    table.split('\n').flatMap((line) => {
      const match = /^((?:Exif|Xmp)\.\S+)\s+\w+\s+\d+\s\s(.*)$/.exec(line);
      return match ? [[match[1], match[2]]] : [];
    }),
  );

describe('every file', () => {
  const cases = {
    'with no metadata given': {},
    'that is grey and progressive': { subsampling: 'gray', progressive: true },
    'that is scaled': { maxWidth: 99, subsampling: '4:4:4' },
  };
  for (const [name, options] of Object.entries(cases)) {
    test(name, async () => {
      const encoded = engine.encode(frame, /** @type {any} */ (options));
      const { tags, exiv2 } = await read(Buffer.from(encoded.jpeg));
      assert.match(tags['ExifIFD:ImageUniqueID'], /^[0-9a-f]{32}$/);
      assert.match(tags['IFD0:Software'], /^caseframe \d+\.\d+\.\d+/);
      assert.equal(tags['ExifIFD:ExifImageWidth'], encoded.width);
      assert.equal(tags['ExifIFD:ExifImageHeight'], encoded.height);
      assert.equal(tags['XMP-caseframe:SourceWidth'], frame.width);
      assert.equal(tags['XMP-caseframe:SourceHeight'], frame.height);
      assert.equal(tags['XMP-caseframe:RedactionCount'], 0);
      assert.equal(tags['ExifIFD:DateTimeOriginal'], undefined);
      assert.equal(rows(exiv2).get('Exif.Photo.ImageUniqueID'), tags['ExifIFD:ImageUniqueID']);
      const picture = await sharp(Buffer.from(encoded.jpeg)).metadata();
      assert.deepEqual([picture.width, picture.height, picture.orientation], [encoded.width, encoded.height, 1]);
      assert.ok(picture.exif && picture.xmp);
      assert.equal(picture.density, 72);
    });
  }

  test('names this package and its version', async () => {
    const { tags } = await read(jpegOf());
    assert.equal(tags['IFD0:Software'], `caseframe ${version}`);
    assert.equal(tags['XMP-xmp:CreatorTool'], `caseframe ${version}`);
  });

  test('is the same in both variants, and each time', async () => {
    const baseline = await createEngine({ variant: 'baseline' });
    const options = {
      metadata: { description: 'x', capturedAt: new Date(0) },
      redact: [{ x: 0, y: 0, width: 50, height: 40 }],
    };
    const { sha256 } = engine.encode(frame, options);
    assert.equal(baseline.encode(frame, options).sha256, sha256);
    assert.equal(engine.encode(frame, options).sha256, sha256);
    baseline.dispose();
  });
});

describe('what is given', () => {
  test('stands in Exif and XMP', async () => {
    const { tags, exiv2 } = await read(
      jpegOf({
        maxWidth: 120,
        redact: [
          { x: 10, y: 20, width: 100, height: 50 },
          { x: 1, y: 1, width: 40, height: 9, mode: 'blur' },
          { x: 0.5, y: 0.5, width: 0.25, height: 0.25, unit: 'ratio', mode: 'fill', color: '#0af' },
        ],
        metadata: {
          id: ID,
          capturedAt: '2026-11-22T10:20:30.456+05:30',
          software: 'Agent desk 7',
          description: 'Zähler №7 😀',
          frameAgeMs: 33.4,
          interactionId: 'call-1',
          participantId: 'p-2',
          agentId: 'Jürgen',
          embed: true,
        },
      }),
    );
    const expected = {
      'IFD0:ImageDescription': 'Zähler №7 😀',
      'IFD0:Orientation': 1,
      'IFD0:Software': 'Agent desk 7',
      'IFD0:ModifyDate': '2026:11:22 10:20:30',
      'IFD0:YCbCrPositioning': 1,
      'ExifIFD:ExifVersion': '0232',
      'ExifIFD:DateTimeOriginal': '2026:11:22 10:20:30',
      'ExifIFD:CreateDate': '2026:11:22 10:20:30',
      'ExifIFD:OffsetTime': '+05:30',
      'ExifIFD:OffsetTimeOriginal': '+05:30',
      'ExifIFD:OffsetTimeDigitized': '+05:30',
      'ExifIFD:SubSecTime': 456,
      'ExifIFD:SubSecTimeOriginal': 456,
      'ExifIFD:SubSecTimeDigitized': 456,
      'ExifIFD:ColorSpace': 1,
      'ExifIFD:ExifImageWidth': 120,
      'ExifIFD:ImageUniqueID': ID.replace(/-/g, ''),
      'XMP-xmp:CreatorTool': 'Agent desk 7',
      'XMP-xmp:CreateDate': '2026:11:22 10:20:30.456+05:30',
      'XMP-dc:Description': 'Zähler №7 😀',
      'XMP-caseframe:InteractionId': 'call-1',
      'XMP-caseframe:ParticipantId': 'p-2',
      'XMP-caseframe:AgentId': 'Jürgen',
      'XMP-caseframe:SourceWidth': frame.width,
      'XMP-caseframe:FrameAgeMs': 33,
      'XMP-caseframe:RedactionCount': 3,
    };
    for (const [tag, value] of Object.entries(expected)) assert.equal(tags[tag], value, tag);
    const table = rows(exiv2);
    assert.equal(table.get('Exif.Photo.DateTimeOriginal'), '2026:11:22 10:20:30');
    assert.equal(table.get('Exif.Photo.OffsetTimeOriginal'), '+05:30');
    assert.equal(table.get('Exif.Image.ImageDescription'), 'Zähler №7 😀');
    assert.equal(table.get('Xmp.dc.description'), 'lang="x-default" Zähler №7 😀');
    assert.equal(table.get('Xmp.caseframe.agentId'), 'Jürgen');
    assert.equal(table.get('Xmp.caseframe.redactions[3]/caseframe:color'), '#00aaff');
  });

  test('may be a Date, or Z', async () => {
    for (const capturedAt of [new Date(Date.UTC(2026, 10, 22, 1, 2, 3, 4)), '2026-11-22T01:02:03.004Z']) {
      const { tags } = await read(jpegOf({ metadata: { capturedAt } }));
      assert.equal(tags['ExifIFD:DateTimeOriginal'], '2026:11:22 01:02:03');
      assert.equal(tags['ExifIFD:OffsetTimeOriginal'], '+00:00');
      assert.equal(tags['Composite:SubSecDateTimeOriginal'], '2026:11:22 01:02:03.004+00:00');
    }
  });

  test('may be null or empty: as if it were not there', () => {
    const nothing = {
      id: null,
      interactionId: '',
      participantId: null,
      agentId: null,
      capturedAt: null,
      software: '',
      description: '',
      frameAgeMs: null,
    };
    assert.deepEqual(jpegOf({ metadata: { ...nothing, embed: true } }), jpegOf());
  });

  test('is written of people and interactions with embed only', () => {
    const ids = { interactionId: 'interaction-7f3a', participantId: 'participant-91cc', agentId: 'agent-0d2e' };
    assert.deepEqual(jpegOf({ metadata: ids }), jpegOf());
    const embedded = jpegOf({ metadata: { ...ids, embed: true } });
    for (const id of Object.values(ids)) assert.ok(embedded.includes(id), id);
  });
});

describe('the redaction record', () => {
  for (const count of [1, 150, 1000]) {
    test(`of ${count} regions is the one that encode returns`, async () => {
      const modes = /** @type {const} */ (['pixelate', 'blur', 'fill']);
      const redact = Array.from({ length: count }, (_, i) => ({
        x: (i * 37) % 230,
        y: (i * 91) % 230,
        width: 1 + (i % 60),
        height: 1 + (i % 40),
        mode: modes[i % 3],
        color: `#${(i * 4099).toString(16).padStart(6, '0')}`,
      }));
      const { jpeg, redactions } = engine.encode(frame, { redact });
      assert.equal(redactions.length, count);
      const { tags } = await read(Buffer.from(jpeg));
      assert.equal(tags['XMP-caseframe:RedactionCount'], count);
      assert.deepEqual(
        tags['XMP-caseframe:Redactions'].map(fromExiftool),
        redactions.map((redaction) => ({ ...redaction })),
      );
    });
  }
});

/** @param {Record<string, any>} entry As exiftool has it: names with a capital, numbers as it likes. */
function fromExiftool({ X, Y, Width, Height, Mode, Cell, LumaLevels, ChromaLevels, Radius, Color }) {
  /** @type {Record<string, unknown>} */
  const redaction = { x: Number(X), y: Number(Y), width: Number(Width), height: Number(Height), mode: Mode };
  if (Cell !== undefined)
    Object.assign(redaction, {
      cell: Number(Cell),
      levels: { luma: Number(LumaLevels), chroma: Number(ChromaLevels) },
    });
  if (Radius !== undefined) redaction.radius = Number(Radius);
  if (Color !== undefined) redaction.color = Color;
  return redaction;
}

/** What breaks parsers, then what only a description may have. */
const HOSTILE = [
  ...[
    '<',
    '>',
    '&',
    '"',
    "'",
    ']]>',
    '<![CDATA[',
    '<!--',
    '-->',
    '<?xpacket end="w"?>',
    '&lt;',
    '&#0;',
    '&bogus;',
    '</rdf:RDF>',
  ],
  ...['<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]>', '%s%n', '\\x00', '$(id)', ' ', 'a', 'ä', '№', '\u2028'],
  ...['\u202e', '\ufffd', '\ufeff', '\ufdd0', '😀', '\u{10ffff}'],
];
const BREAKS = ['\r\n', '\r', '\t', '\n'];

test('hostile texts come back as they were', () =>
  forEachSeed(40, async (dice) => {
    /** @param {string[]} parts @param {number} most */
    const text = (parts, most) => `a${Array.from({ length: dice.between(0, most) }, () => dice.pick(parts)).join('')}z`;
    const description = text([...HOSTILE, ...BREAKS], 60);
    const line = text(HOSTILE, 4);
    const { tags } = await read(
      jpegOf({
        quality: 0.1,
        maxWidth: 16,
        metadata: { description, software: line, interactionId: line, embed: true },
      }),
    );
    assert.equal(tags['IFD0:ImageDescription'], description);
    assert.equal(tags['XMP-dc:Description'], description);
    assert.equal(tags['IFD0:Software'], line);
    assert.equal(tags['XMP-caseframe:InteractionId'], line);
  }));

describe('refused, by name', () => {
  const names = ['interactionId', 'participantId', 'agentId', 'software'];
  const bad = [
    7,
    {},
    [],
    true,
    'a\0b',
    'a\nb',
    'a\tb',
    '\u001b',
    '\u007f',
    '\u0085',
    '\ud800',
    '\udc00\ud800',
    '\ufffe',
    '\uffff',
    'x'.repeat(257),
    'ä'.repeat(129),
  ];
  const cases = [
    ...names.flatMap((name) => bad.map((value) => [name, value])),
    ...[
      7,
      'a\0b',
      '\u000b',
      '\u009f',
      '\ud83d\n\ude00',
      'x\udfff',
      '\uffff',
      'x'.repeat(4097),
      'x'.repeat(100 * 1024),
      '№'.repeat(1366),
    ].map((value) => ['description', value]),
    ...[7, 'x', ID.slice(1), `{${ID}}`, ID.replace('-', ''), ` ${ID}`].map((value) => ['id', value]),
    ...[
      7,
      {},
      new Date(Number.NaN),
      new Date(8.64e15),
      'now',
      '2026-11-22',
      '2026-11-22T10:20:30',
      '2026-02-29T10:20:30Z',
      '2026-11-22T24:00:00Z',
      '2026-11-22T10:20:60Z',
      '2026-11-22T10:20:30.Z',
      '2026-11-22T10:20:30+15:00',
      '0000-01-01T00:00:00Z',
      '2026-11-22T10:20:30Z\n',
    ].map((value) => ['capturedAt', value]),
    ...['1', -1, Number.NaN, Infinity, 2 ** 32].map((value) => ['frameAgeMs', value]),
    ...['yes', 1, null].map((value) => ['embed', value]),
  ];
  for (const [name, value] of /** @type {[string, unknown][]} */ (cases)) {
    const shown = typeof value === 'string' ? JSON.stringify(value.slice(0, 20)) : String(value);
    test(`${name}: ${shown}${typeof value === 'string' && value.length > 20 ? `… of ${value.length}` : ''}`, () => {
      assert.throws(
        () => engine.encode(frame, { metadata: /** @type {any} */ ({ [name]: value }) }),
        (error) => {
          assert.equal(error.code, 'invalid-argument');
          assert.equal(error.details.name, `metadata.${name}`);
          assert.ok(error.message.length < 300, error.message);
          return true;
        },
      );
    });
  }

  test('metadata itself', () => {
    for (const metadata of [7, 'x', null]) {
      assert.throws(() => engine.encode(frame, { metadata: /** @type {any} */ (metadata) }), {
        code: 'invalid-argument',
      });
    }
  });

  test('what is just short enough is not', async () => {
    const { tags } = await read(
      jpegOf({ metadata: { description: '&'.repeat(4096), agentId: '&'.repeat(256), embed: true } }),
    );
    assert.equal(tags['XMP-dc:Description'].length, 4096);
    assert.equal(tags['XMP-caseframe:AgentId'].length, 256);
  });
});

test('what lies under a fill changes no byte, the derived id included', () => {
  const region = { x: 40, y: 60, width: 80, height: 32, mode: /** @type {const} */ ('fill'), color: '#123456' };
  for (const options of [
    {},
    { maxWidth: 77 },
    { subsampling: '4:2:2', progressive: true },
    { subsampling: 'gray' },
    { quality: 1, subsampling: '4:4:4' },
  ]) {
    const encodeOptions = /** @type {any} */ ({ ...options, redact: [region] });
    const before = jpegOf(encodeOptions);
    const other = { ...frame, data: Buffer.from(frame.data) };
    for (let y = region.y; y < region.y + region.height; ++y) {
      other.data.fill(y * 7, (y * frame.width + region.x) * 4, (y * frame.width + region.x + region.width) * 4);
    }
    assert.deepEqual(Buffer.from(engine.encode(other, encodeOptions).jpeg), before);
    other.data.fill(255, 0, 4000);
    assert.notDeepEqual(Buffer.from(engine.encode(other, encodeOptions).jpeg), before);
  }
});
