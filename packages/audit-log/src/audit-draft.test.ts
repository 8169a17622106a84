import { AuditBatch } from '@patchbay/contracts';
import { expect, test } from 'vitest';
import { createAuditRecorder } from './audit-recorder.ts';

test('a draft is published when it is completed, as the event that it would have been', async () => {
  const published: { readonly payload: string; readonly messageId: string | undefined }[] = [];
  const recorder = createAuditRecorder({
    producer: 'executor',
    instance: 'executor-1',
    macKey: Buffer.alloc(32, 7),
    messaging: {
      connected: true,
      written: async () => {},
      publishDurable: async (_subject, payload, options) => {
        published.push({ payload: String(payload), messageId: options?.messageId });
        return { sequence: 1, duplicate: false };
      },
    },
  });
  const known = { actor: { kind: 'agent', id: 'a' }, target: { kind: 'tool', id: 't' } } as const;
  const entry = {
    tenant: 'acme',
    class: 'execution',
    type: 'dev.patchbay.execution.outcome',
    subject: 'exe_1',
  } as const;
  const draft = recorder.draft({
    ...entry,
    data: { ...known, actor: { ...known.actor, end_user: 'Ada "}} Byron' } },
  });
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(published).toEqual([]);
  const before = Date.now();
  const { handed } = draft.complete({ outcome: 'succeeded', attempts: 1, facts: { cached: true } }, { ahead: true });
  expect(handed).toBeNull();
  const [message] = published;
  const [event] = AuditBatch.parse(JSON.parse(message?.payload ?? ''));
  expect(event).toEqual({
    specversion: '1.0',
    id: message?.messageId,
    source: '/services/executor/executor-1',
    type: 'dev.patchbay.execution.outcome',
    time: expect.any(String),
    subject: 'exe_1',
    tenant: 'acme',
    datacontenttype: 'application/json',
    data: {
      actor: { kind: 'agent', id: 'a', end_user: 'tok_unknown' },
      target: { kind: 'tool', id: 't' },
      outcome: 'succeeded',
      attempts: 1,
      facts: { cached: true },
    },
  });
  expect(Date.parse(event?.time ?? '')).toBeGreaterThanOrEqual(before);
});
