import { auditConsumer, inboxPrefixOf } from '@patchbay/contracts';
import { connectMessaging } from '@patchbay/messaging';
import { readSecretFile } from '@patchbay/service-kit';

/**
 * Has the audit service offered every message of the audit stream again, as a database needs that is older than what the stream's
 * durable remembers: the durable goes, and provisioning makes it anew. What the database has it keeps as it is.
 */
export async function rereadAudit(natsUrls: readonly string[], seedFile: string): Promise<void> {
  const messaging = await connectMessaging({
    servers: natsUrls,
    seed: readSecretFile(seedFile),
    name: 'backup',
    inboxPrefix: inboxPrefixOf('backup'),
  });
  try {
    await messaging.removeDurable(auditConsumer.stream, auditConsumer.durable);
  } finally {
    await messaging.close();
  }
}
