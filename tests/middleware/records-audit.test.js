// The audit: what was done to it is found, and told which; on both databases.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { before, test } from 'node:test';
import { promisify } from 'node:util';
import { migrateCommand, verifyAuditCommand } from '../../examples/middleware/records/commands.js';
import { ADMIN, AGENT, createClock, describeRecords, expireDue, runSql, store } from './records-lab.js';

const run = promisify(execFile);
const OPEN = new URL('../../examples/middleware/records/open.js', import.meta.url).href;

/** @param {string} text */
const sha256 = (text) => createHash('sha256').update(text).digest('hex');

/** @param {import('./records-lab.js').Records} records @param {number} count @param {string} [organizationId] */
async function write(records, count, organizationId = 'acme') {
  for (let i = 0; i < count; ++i) {
    await records.audit(organizationId, {
      actor: AGENT,
      action: 'viewed',
      snapshotId: `s${i}`,
      details: { i, 'ü"': '☃\n' },
    });
  }
}

/** @param {import('./records-lab.js').Records} records @param {string} [organizationId] */
async function problems(records, organizationId) {
  const found = await Array.fromAsync(records.verifyAudit(organizationId));
  return found.map((each) => `${each.organizationId}: ${each.problem} ${each.seq}: ${each.message}`);
}

/** A process that writes without end, and prints each number once it is written. @param {string} url */
function spawnWriter(url) {
  const script = `
    import { openRecords } from ${JSON.stringify(OPEN)};
    const records = await openRecords(${JSON.stringify(url)});
    const write = async () => {
      for (;;) {
        const { seq } = await records.audit('acme', { actor: { id: 'x', role: 'agent' }, action: 'viewed' });
        process.stdout.write(seq + '\\n');
        await new Promise(setImmediate);
      }
    };
    await Promise.all([write(), write(), write()]);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.once('exit', () => child.kill('SIGKILL'));
  return child;
}

/** What the triggers refuse: somebody who may change the schema. @param {string} kind @param {string[]} statements */
function tampering(kind, statements) {
  if (kind === 'postgres') return `set session_replication_role = replica; ${statements.join('; ')}`;
  const triggers = [
    'audit_entries_no_update',
    'audit_entries_no_delete',
    'audit_entries_no_replace',
    'audit_heads_forward',
    'audit_heads_no_delete',
  ];
  return [...triggers.map((name) => `drop trigger if exists ${name}`), ...statements].join('; ');
}

describeRecords('an audit', ({ kind, createUrl, open }) => {
  test('is recomputed by sha256sum and a shell loop', async () => {
    const records = await open();
    await write(records, 5);
    const entries = await Array.fromAsync(records.auditEntries('acme'));
    assert.deepEqual(
      entries.map(({ seq }) => seq),
      [1, 2, 3, 4, 5],
    );
    const script = `
      hash=$(printf '%064d' 0)
      while IFS= read -r line; do
        digest=$(printf '%s\\n' "$line" | sha256sum | cut -c 1-64)
        hash=$(printf '%s\\n%s\\n' "$hash" "$digest" | sha256sum | cut -c 1-64)
        echo "$digest $hash"
      done`;
    const shell = run('bash', ['-c', script]);
    shell.child.stdin?.end(entries.map(({ text }) => text).join(''));
    const lines = (await shell).stdout.trim().split('\n');
    assert.deepEqual(
      lines,
      entries.map(({ digest, hash }) => `${digest} ${hash}`),
    );
    const members = {
      organizationId: 'acme',
      seq: 3,
      actor: AGENT.id,
      role: 'agent',
      via: 'static-key',
      action: 'viewed',
    };
    const parsed = JSON.parse(entries[2].text);
    assert.deepEqual({ ...parsed, ...members }, parsed, 'the text holds the entry');
    assert.deepEqual(parsed.details, { i: 2, 'ü"': '☃\n' });
    assert.deepEqual(await records.auditHead('acme'), { seq: 5, hash: entries[4].hash });
    assert.deepEqual(await records.auditHead('nobody'), { seq: 0, hash: '0'.repeat(64) });
  });

  test('is read from a number on, of one snapshot, and no longer than asked', async () => {
    const records = await open();
    await write(records, 12);
    await records.audit('acme', { actor: AGENT, action: 'viewed', snapshotId: 's3' });
    const seqs = async (/** @type {object} */ query) =>
      (await Array.fromAsync(records.auditEntries('acme', query))).map(({ seq }) => seq);
    assert.deepEqual(await seqs({ fromSeq: 10 }), [10, 11, 12, 13]);
    assert.deepEqual(await seqs({ snapshotId: 's3' }), [4, 13]);
    assert.deepEqual(await seqs({ fromSeq: 2, limit: 3 }), [2, 3, 4]);
    assert.deepEqual(await seqs({ limit: 0 }), []);
  });

  test('of a page, and longer than a page, is read and verified whole', async () => {
    const records = await open();
    await write(records, 500);
    for (const count of [500, 501]) {
      const seqs = (await Array.fromAsync(records.auditEntries('acme'))).map(({ seq }) => seq);
      assert.deepEqual(
        seqs,
        Array.from({ length: count }, (_, i) => i + 1),
      );
      assert.deepEqual(await problems(records), []);
      await write(records, 1);
    }
  });

  test('has no two entries of one number and no gap, however many processes write', async () => {
    const url = await createUrl();
    const records = await open({ url });
    const script = `
      import { openRecords } from ${JSON.stringify(OPEN)};
      const records = await openRecords(${JSON.stringify(url)});
      await Promise.all(Array.from({ length: 5 }, async (_, i) => {
        for (let count = 0; count < 5; ++count) await records.audit(i ? 'acme' : 'other',
          { actor: { id: String(process.pid), role: 'agent' }, action: 'viewed' });
      }));
      await records.close();`;
    await Promise.all(Array.from({ length: 4 }, () => run(process.execPath, ['--input-type=module', '-e', script])));
    assert.deepEqual([(await records.auditHead('acme')).seq, (await records.auditHead('other')).seq], [80, 20]);
    assert.deepEqual(await problems(records), []);
    const actors = new Set((await Array.fromAsync(records.auditEntries('acme'))).map(({ actor }) => actor));
    assert.equal(actors.size, 4);
  });

  test('is whole after a writer was killed', async () => {
    const url = await createUrl();
    const records = await open({ url });
    for (let round = 0; round < 3; ++round) {
      const child = spawnWriter(url);
      let output = '';
      for await (const chunk of child.stdout) {
        output += chunk;
        if (output.split('\n').length > 20) break;
      }
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      const told = output.split('\n').slice(0, -1).map(Number);
      const seqs = new Set((await Array.fromAsync(records.auditEntries('acme'))).map(({ seq }) => seq));
      assert.deepEqual(
        told.filter((seq) => !seqs.has(seq)),
        [],
        'what was told is there',
      );
      assert.deepEqual(await problems(records), []);
      await write(records, 1);
    }
    assert.deepEqual(await problems(records), []);
  });

  test('is verified while another process writes', async () => {
    const url = await createUrl();
    const records = await open({ url });
    const writer = spawnWriter(url);
    const heads = new Set();
    while (heads.size < 8) {
      assert.deepEqual(await problems(records), []);
      heads.add((await records.auditHead('acme')).seq);
      assert.equal(writer.exitCode, null, 'the writer writes');
    }
    writer.kill('SIGKILL');
    await once(writer, 'exit');
  });

  test('is one transaction with what it tells of', async () => {
    const url = await createUrl();
    const records = await open({ url });
    const clock = createClock();
    await store(records, clock, { id: 'one' });
    // An entry cannot be added any more.
    const block =
      kind === 'sqlite'
        ? `create trigger block before insert on audit_entries begin select raise(abort, 'blocked'); end`
        : `create trigger block before insert on audit_entries for each row execute function audit_refuse()`;
    await runSql(url, block);
    await assert.rejects(records.setHold('acme', 'one', true, 'a trial', ADMIN));
    await assert.rejects(records.markDeleted('acme', 'one', 'asked', ADMIN));
    await assert.rejects(expireDue(records, new Date('2030-01-01'), 10));
    await assert.rejects(store(records, clock, { id: 'two' }));
    const one = await records.find('acme', 'one');
    assert.deepEqual([one?.state, one?.legalHold], ['stored', false]);
    assert.equal(await records.find('acme', 'two'), undefined);
    assert.equal((await records.auditHead('acme')).seq, 1);
  });

  test('refuses to be changed, in the database itself', async () => {
    const url = await createUrl();
    const records = await open({ url });
    await write(records, 3);
    const statements = [
      `update audit_entries set actor = 'nobody' where seq = 2`,
      `delete from audit_entries where seq = 2`,
      `delete from audit_heads`,
      `update audit_heads set hash = 'x'`,
      `update audit_heads set seq = 2`,
      kind === 'sqlite'
        ? `insert or replace into audit_entries select organization_id, seq, at, 'nobody', role, via, action, snapshot_id,
             details, salt, digest, hash from audit_entries where seq = 2`
        : `truncate audit_entries`,
      ...(kind === 'postgres' ? ['truncate audit_heads'] : []),
    ];
    for (const statement of statements) {
      await assert.rejects(runSql(url, statement), /never|append-only|one entry at a time/, statement);
    }
    assert.deepEqual(await problems(records), []);
    assert.equal((await Array.fromAsync(records.auditEntries('acme'))).length, 3);
  });
});

describeRecords('a tampered audit', ({ kind, createUrl, open }) => {
  /** @type {string} */
  let url;
  /** @type {import('./records-lab.js').Records} */
  let records;
  before(async () => {
    url = await createUrl();
    records = await open({ url });
  });
  let count = 0;

  /**
   * In an organisation of its own, so that each finds no more than it did.
   * @param {string} name @param {(mine: string) => string[]} statements @param {string[]} expected
   */
  function found(name, statements, expected) {
    test(`${name}: ${expected.join(', ')}`, async () => {
      const organization = `org-${++count}`;
      await write(records, 10, organization);
      assert.deepEqual(await problems(records, organization), []);
      await runSql(url, tampering(kind, statements(`organization_id = '${organization}'`)));
      const told = await problems(records, organization);
      assert.deepEqual(
        told.map((line) => line.replace(/^org-\d+: (\w+ \d+):.*/, '$1')),
        expected,
      );
      assert.ok(told.every((line) => line.startsWith(`${organization}: `)));
    });
  }

  const columns = {
    at: `'2020-01-01T00:00:00.000Z'`,
    actor: `'nobody'`,
    role: `'admin'`,
    via: 'null',
    action: `'exported'`,
    snapshot_id: `'s9'`,
    details: `'{}'`,
    salt: `'00'`,
    digest: `'${'0'.repeat(64)}'`,
    hash: `'${'0'.repeat(64)}'`,
  };
  for (const [column, value] of Object.entries(columns)) {
    found(`${column} changed`, (mine) => [`update audit_entries set ${column} = ${value} where ${mine} and seq = 4`], [
      'changed 4',
    ]);
  }
  found(
    'details that are no JSON any more',
    (mine) => [`update audit_entries set details = '{' where ${mine} and seq = 4`],
    ['changed 4'],
  );
  found('the first one changed', (mine) => [`update audit_entries set actor = 'x' where ${mine} and seq = 1`], [
    'changed 1',
  ]);
  found('the last one changed', (mine) => [`update audit_entries set actor = 'x' where ${mine} and seq = 10`], [
    'changed 10',
  ]);
  found('two changed', (mine) => [`update audit_entries set actor = 'x' where ${mine} and seq in (2, 7)`], [
    'changed 2',
    'changed 7',
  ]);
  found('one gone from the middle', (mine) => [`delete from audit_entries where ${mine} and seq = 5`], ['missing 5']);
  found('several gone', (mine) => [`delete from audit_entries where ${mine} and seq in (3, 4, 8)`], [
    'missing 3',
    'missing 8',
  ]);
  found('the first gone', (mine) => [`delete from audit_entries where ${mine} and seq = 1`], ['missing 1']);
  found('the last gone', (mine) => [`delete from audit_entries where ${mine} and seq > 8`], ['missing 9']);
  found('all gone', (mine) => [`delete from audit_entries where ${mine}`], ['missing 1']);
  found('the head gone', (mine) => [`delete from audit_heads where ${mine}`], ['changed 10']);
  found('the head’s hash changed', (mine) => [`update audit_heads set hash = 'x' where ${mine}`], ['changed 10']);
  found(
    'the last gone, and the head’s number with it',
    (mine) => [`delete from audit_entries where ${mine} and seq = 10`, `update audit_heads set seq = 9 where ${mine}`],
    ['changed 9'],
  );
  found(
    'two neighbours in each other’s place',
    (mine) => [
      `update audit_entries set seq = 99 where ${mine} and seq = 4`,
      `update audit_entries set seq = 4 where ${mine} and seq = 5`,
      `update audit_entries set seq = 5 where ${mine} and seq = 99`,
    ],
    ['reordered 4', 'reordered 5'],
  );
  found(
    'the first and the last in each other’s place',
    (mine) => [
      `update audit_entries set seq = 99 where ${mine} and seq = 1`,
      `update audit_entries set seq = 1 where ${mine} and seq = 10`,
      `update audit_entries set seq = 10 where ${mine} and seq = 99`,
    ],
    ['reordered 1', 'reordered 10'],
  );
  found('one moved before the first', (mine) => [`update audit_entries set seq = 0 where ${mine} and seq = 6`], [
    'reordered 0',
  ]);
  found('one moved behind the last', (mine) => [`update audit_entries set seq = 11 where ${mine} and seq = 6`], [
    'changed 11',
    'reordered 11',
  ]);

  test('an entry that was forged with its own digest and hash does not bear the next one', async () => {
    const organization = 'forged';
    await write(records, 10, organization);
    const entries = await Array.fromAsync(records.auditEntries(organization));
    const text = entries[3].text.replace(`"actor":"${AGENT.id}"`, '"actor":"nobody"');
    assert.notEqual(text, entries[3].text);
    const digest = sha256(text);
    const hash = sha256(`${entries[2].hash}\n${digest}\n`);
    const statement = `update audit_entries set actor = 'nobody', digest = '${digest}', hash = '${hash}' where organization_id = 'forged' and seq = 4`;
    await runSql(url, tampering(kind, [statement]));
    const [first, ...rest] = await problems(records, organization);
    assert.match(first, /changed 5: entry 5 was changed: it does not follow from the entry before it/);
    assert.deepEqual(rest, []);
  });

  test('a whole chain that was forged is told by its end', async () => {
    const organization = 'forged-whole';
    await write(records, 6, organization);
    const statements = [];
    let hash = '0'.repeat(64);
    for await (const entry of records.auditEntries(organization)) {
      const digest = sha256(entry.text.replace(`"actor":"${AGENT.id}"`, '"actor":"nobody"'));
      hash = sha256(`${hash}\n${digest}\n`);
      statements.push(
        `update audit_entries set actor = 'nobody', digest = '${digest}', hash = '${hash}' where organization_id = '${organization}' and seq = ${entry.seq}`,
      );
    }
    await runSql(url, tampering(kind, statements));
    assert.match((await problems(records, organization)).join(), /^forged-whole: changed 6: the audit's end/);
  });

  test('the command prints a line for each problem and ends with 1; where all is well, the end of each chain', async () => {
    const other = await createUrl();
    /** @type {string[]} */
    const lines = [];
    const print = (/** @type {string} */ line) => lines.push(line);
    await assert.rejects(verifyAuditCommand(other, print), { code: 'schema' });
    assert.equal(await migrateCommand(other, print), 0);
    assert.equal(await migrateCommand(other, print), 0);
    assert.deepEqual(lines.splice(0), [
      'applied 0001-snapshots',
      'applied 0002-audit',
      'applied 0003-outbox',
      'applied 0004-annotation',
      'applied 0005-passes',
      'applied 0006-outbox-protection',
      'The database is up to date',
      'The database was up to date',
    ]);
    assert.equal(await verifyAuditCommand(other, print), 0);
    const mine = await open({ url: other });
    await write(mine, 5, 'acme');
    await write(mine, 3, 'zeta');
    const { hash } = await mine.auditHead('acme');
    lines.length = 0;
    assert.equal(await verifyAuditCommand(other, print), 0);
    assert.deepEqual([lines.length, lines[0]], [2, `acme: 5 entries, all in order; the last one's hash is ${hash}`]);
    lines.length = 0;
    await runSql(other, tampering(kind, [`delete from audit_entries where seq = 2`]));
    assert.equal(await verifyAuditCommand(other, print), 1);
    assert.deepEqual(lines, ['acme: entry 2 is missing', 'zeta: entry 2 is missing']);
    lines.length = 0;
    await runSql(other, tampering(kind, [`delete from audit_heads where organization_id = 'acme'`]));
    assert.equal(await verifyAuditCommand(other, print), 1);
    assert.deepEqual(lines, [
      'zeta: entry 2 is missing',
      `acme: the audit's end is recorded as entry 0`,
      'acme: entry 2 is missing',
    ]);
  });
});
