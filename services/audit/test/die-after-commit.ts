import { verifyAuditMac } from '@patchbay/audit-log';
import { auditConsumer, inboxPrefixOf } from '@patchbay/contracts';
import { connectMessaging } from '@patchbay/messaging';
import { readKeyFile, readSecretFile } from '@patchbay/service-kit';
import { openAuditDatabase } from '../src/adapters/audit-database.ts';
import { createPostgresAuditStore } from '../src/adapters/postgres-audit-store.ts';
import { toStreamHandler } from '../src/adapters/stream-batches.ts';
import { createStoreAuditBatch } from '../src/operations/store-audit-batch.ts';

// An audit writer that is killed the moment its first batch is committed, before it can acknowledge anything.
const { databaseUrl, natsUrl, seedFile, executorKeyFile } = JSON.parse(process.argv[2] as string) as Record<
  string,
  string
>;
const store = createPostgresAuditStore(await openAuditDatabase(databaseUrl as string));
const macKeys = new Map([['executor', readKeyFile(executorKeyFile as string)]]);
const storeBatch = createStoreAuditBatch({
  verify: (message) => verifyAuditMac(macKeys, message),
  store: {
    ...store,
    async appendEvents(rows) {
      const result = await store.appendEvents(rows);
      if (result.kind !== 'committed') throw new Error('the batch was not committed');
      process.kill(process.pid, 'SIGKILL');
      return result;
    },
  },
  report: { stored() {}, quarantined() {}, unkept() {}, unavailable() {} },
});
const messaging = await connectMessaging({
  servers: [natsUrl as string],
  seed: readSecretFile(seedFile as string),
  name: 'dying',
  inboxPrefix: inboxPrefixOf('audit'),
});
await messaging.consume(auditConsumer.stream, auditConsumer.durable, {
  maxMessages: 500,
  onBatch: toStreamHandler(storeBatch),
});
