import { inboxPrefixOf, streams } from '@patchbay/contracts';
import { serversForSuite } from '@patchbay/testkit';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

const servers = serversForSuite({ beforeAll, afterAll }, { tenants: ['acme'], redis: false });
const subject = 'audit.v1.acme.execution';

test('part of a stream is sent to an inbox by the server, and what comes later, with headers', async () => {
  const [executor, audit, auditor] = await Promise.all([
    servers().connect('executor'),
    servers().connect('audit'),
    servers().connect('auditor', 'acme'),
  ]);
  const publish = (text: string) => executor.publishDurable(subject, text, { headers: { 'Patchbay-X': text } });
  const { sequence } = await publish('first');
  await publish('second');
  const heard: (string | null)[] = [];
  const deliverTo = `${inboxPrefixOf('auditor', 'acme')}.replay`;
  auditor.hearMessages(deliverTo, {}, ({ payload, header }) => {
    heard.push(Buffer.from(payload).toString(), header('Patchbay-X'));
  });
  await auditor.flush();
  const options = { filter: 'audit.v1.acme.*', after: sequence, deliverTo };
  expect(await audit.pushStream(streams.audit.name, options)).toBe(1);
  await publish('third');
  await vi.waitFor(() => expect(heard).toEqual(['second', 'second', 'third', 'third']), { timeout: 10_000 });
});

test('the sealed stream takes an age, loses what is older, and stays sealed', async () => {
  const [executor, audit, provisioner] = await Promise.all([
    servers().connect('executor'),
    servers().connect('audit'),
    servers().connect('provisioner'),
  ]);
  const { sequence } = await executor.publishDurable(subject, 'old');
  const plan = { buckets: [], durables: [], replicas: 1, storage: 'memory' } as const;
  const aged = { ...streams.audit, maxAgeMs: 1_000, duplicateWindowMs: 1_000 };
  await provisioner.provision({ ...plan, streams: [aged] });
  await vi.waitFor(async () => expect((await audit.streamBounds(streams.audit.name)).first).toBeGreaterThan(sequence), {
    timeout: 10_000,
  });
  const unsealed = { ...aged, sealedAgainstDeletion: false };
  await expect(provisioner.provision({ ...plan, streams: [unsealed] })).rejects.toThrow(/can not cancel deny/);
  await provisioner.provision({ ...plan, streams: [streams.audit] });
});
