// Usage: npm run start:scaled -- [--port N] [--instances N]   PostgreSQL and an S3 server of its own (Ceph), in a temp folder,
// and two instances of the middleware with the agent widget behind one address, which it prints. The environment goes to the
// instances, but for PORT, which is that address's. SIGHUP restarts them one after the other; Ctrl-C ends everything and takes
// the folder away, a second one without waiting for what is under way.
import { randomBytes } from 'node:crypto';
import { startBalancer } from '../examples/middleware/operations/scaled/balancer.js';
import { createInstances } from '../examples/middleware/operations/scaled/instances.js';
import { startPostgres } from '../tests/middleware/servers/postgres.js';
import { createBucket, startS3 } from '../tests/middleware/servers/s3.js';
import { readArguments } from './arguments.mjs';

const { values } = await readArguments(import.meta.url);
const { port, instances: count } = values;

const [s3, postgres] = await Promise.all([startS3(), startPostgres()]);
// Until here a signal ended the process, and its servers with it; from here on the instances drain first.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(signal);
let isEnding = false;
const interrupted = new Promise((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => {
      // By `exit`, whose listeners take servers, instances and folders away.
      if (isEnding) process.exit(1);
      isEnding = true;
      resolve(undefined);
    });
  }
});
const balancer = await startBalancer({ port });
const instances = createInstances({
  balancer,
  count,
  env: {
    ...process.env,
    STORAGE_URL: `s3://${await createBucket(s3)}/snapshots?region=${s3.region}&endpoint=${encodeURIComponent(s3.endpoint)}`,
    DATABASE_URL: await postgres.createDatabase(),
    AWS_ACCESS_KEY_ID: s3.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3.secretAccessKey,
    // Whichever instance has given the page, the other one knows its key.
    CASEFRAME_DEMO_KEY: randomBytes(32).toString('base64url'),
  },
});
let rolling = Promise.resolve();
try {
  await instances.start();
  console.log(`caseframe: open ${balancer.address}/ – ${count} instances on PostgreSQL and S3 at ${s3.endpoint}`);
  console.log(`caseframe: kill -HUP ${process.pid} restarts them one after the other; Ctrl-C ends everything`);
  process.on('SIGHUP', () => {
    rolling = rolling.then(async () => {
      if (isEnding) return;
      try {
        await instances.roll();
        console.log(`caseframe: restarted, now at ${instances.addresses().join(', ')}`);
      } catch (error) {
        if (!isEnding) console.error(`caseframe: not restarted, what ran goes on: ${error.message}`);
      }
    });
  });
  await interrupted;
} finally {
  await instances.close();
  await rolling;
  await balancer.close();
  await Promise.all([s3.stop(), postgres.stop()]);
}
process.exit(0);
