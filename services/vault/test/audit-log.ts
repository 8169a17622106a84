import { verifyAuditMac } from '@patchbay/audit-log';
import { AuditBatch, type AuditEvent, auditConsumer, auditHeaders } from '@patchbay/contracts';
import { readKeyFile } from '@patchbay/service-kit';
import type { NatsFixture } from './nats-fixture.ts';

export interface AuditLog {
  readonly events: readonly AuditEvent[];
  /** Of every message, in the order of the stream. */
  readonly sequences: readonly number[];
  /** Why messages are not what the vault wrote. */
  readonly wrong: readonly string[];
  /** Everything that was written, as text. */
  readonly text: string;
}

/**
 * Reads stream `AUDIT` as the audit service does, until `isEnough`. The service's durable hands each message out once, so a
 * fixture's log can be read once.
 */
export async function readAuditLog(
  nats: NatsFixture,
  isEnough: (events: readonly AuditEvent[]) => boolean,
): Promise<AuditLog> {
  const audit = await nats.connect('audit');
  const macKeys = new Map([['vault', readKeyFile(nats.keys.auditMacKeyFiles.vault)]]);
  const [events, sequences, wrong, texts]: [AuditEvent[], number[], string[], string[]] = [[], [], [], []];
  const enough = Promise.withResolvers<void>();
  const consumer = await audit.consume(auditConsumer.stream, auditConsumer.durable, {
    maxMessages: 100,
    onBatch: async (messages) => {
      for (const message of messages) {
        const { subject, payload, sequence } = message;
        const [producer, mac] = [message.header(auditHeaders.producer), message.header(auditHeaders.mac)];
        if (!verifyAuditMac(macKeys, { subject, payload, producer, mac }).ok) wrong.push(`${sequence}: MAC`);
        const text = Buffer.from(payload).toString();
        for (const event of AuditBatch.parse(JSON.parse(text))) {
          if (subject.split('.')[2] !== event.tenant) wrong.push(`${sequence}: tenant`);
          events.push(event);
        }
        sequences.push(sequence);
        texts.push(text);
      }
      if (isEnough(events)) enough.resolve();
      return { ack: true };
    },
  });
  const late = setTimeout(enough.resolve, 15_000);
  await enough.promise;
  clearTimeout(late);
  await consumer.stop();
  return { events, sequences, wrong, text: texts.join('\n') };
}

/** Intents that no outcome follows: type and subject. */
export function openIntents(events: readonly AuditEvent[]): string[] {
  const open: string[] = [];
  for (const { type, subject, tenant, data } of events) {
    const name = `${type} ${tenant} ${subject}`;
    if (data.outcome === 'intent') open.push(name);
    else if (open.includes(name)) open.splice(open.indexOf(name), 1);
  }
  return open;
}
