import { AuditBatch, type AuditData, auditHeaders } from '@patchbay/contracts';
import { describe, expect, test, vi } from 'vitest';
import { createAuditRecorder } from './audit-recorder.ts';
import { verifyAuditMac } from './mac.ts';

const data: AuditData = { actor: { kind: 'agent', id: 'a' }, target: { kind: 'tool', id: 't' }, outcome: 'intent' };
const macKey = Buffer.alloc(32, 7);

interface Published {
  readonly subject: string;
  readonly payload: string;
  readonly headers: Record<string, string>;
  readonly messageId: string;
  readonly settle: (error?: Error) => void;
}

/** A stream whose acknowledgements the test gives. */
function setup(written: () => Promise<void> = async () => {}) {
  const published: Published[] = [];
  const recorder = createAuditRecorder({
    producer: 'executor',
    instance: 'executor-1',
    macKey,
    messaging: {
      connected: true,
      written,
      publishDurable: (subject, payload, options) =>
        new Promise((resolve, reject) => {
          published.push({
            subject,
            payload: String(payload),
            headers: { ...options?.headers },
            messageId: options?.messageId ?? '',
            settle: (error) => (error ? reject(error) : resolve({ sequence: 1, duplicate: false })),
          });
        }),
    },
  });
  const record = (id: number, tenant = 'acme', unhurried = false) =>
    recorder.record({
      tenant,
      class: 'execution',
      type: 'dev.patchbay.execution.intent',
      subject: `exe_${id}`,
      data,
      unhurried,
    });
  const subjectsOf = ({ payload }: Published) => AuditBatch.parse(JSON.parse(payload)).map(({ subject }) => subject);
  return { published, recorder, record, subjectsOf };
}

describe('the audit recorder', () => {
  test('publishes a quiet event at once, as a CloudEvents batch under the MAC of its producer', async () => {
    const { published, record } = setup();
    const written = record(1);
    expect(published).toHaveLength(1);
    const message = published[0] as Published;
    const [event] = AuditBatch.parse(JSON.parse(message.payload));
    expect(message.subject).toBe('audit.v1.acme.execution');
    expect(event).toMatchObject({
      source: '/services/executor/executor-1',
      type: 'dev.patchbay.execution.intent',
      subject: 'exe_1',
      tenant: 'acme',
    });
    expect(message.messageId).toBe(event?.id);
    expect(
      verifyAuditMac(new Map([['executor', macKey]]), {
        subject: message.subject,
        payload: Buffer.from(message.payload),
        producer: message.headers[auditHeaders.producer] ?? null,
        mac: message.headers[auditHeaders.mac] ?? null,
      }),
    ).toEqual({ ok: true, producer: 'executor' });
    message.settle();
    await written;
  });

  test('settles an event only when its publish was acknowledged', async () => {
    const { published, record } = setup();
    let settled = false;
    const written = record(1).then(() => {
      settled = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(settled).toBe(false);
    published[0]?.settle();
    await written;
    expect(settled).toBe(true);
  });

  test('lets what arrives while two publishes are under way share the next, in order', async () => {
    const { published, record, subjectsOf } = setup();
    const written = Array.from({ length: 50 }, (_, i) => record(i));
    expect(published.map(subjectsOf)).toEqual([['exe_0'], ['exe_1']]);
    published[0]?.settle();
    await written[0];
    await new Promise((resolve) => setImmediate(resolve));
    expect(published).toHaveLength(3);
    expect(subjectsOf(published[2] as Published)).toEqual(Array.from({ length: 48 }, (_, i) => `exe_${i + 2}`));
    for (const message of published) message.settle();
    await Promise.all(written);
  });

  test('lets an event that nobody waits for go along with the next that somebody does wait for', async () => {
    const { published, record, subjectsOf } = setup();
    const written = [record(1, 'acme', true), record(2, 'acme', true), record(3)];
    expect(published.map(subjectsOf)).toEqual([['exe_1', 'exe_2', 'exe_3']]);
    published[0]?.settle();
    await Promise.all(written);
  });

  test('publishes what nobody waits for after a few milliseconds by itself, once', async () => {
    vi.useFakeTimers();
    try {
      const { published, record, subjectsOf } = setup();
      const written = [record(1, 'acme', true), record(2, 'acme', true)];
      await vi.advanceTimersByTimeAsync(4);
      expect(published).toHaveLength(0);
      await vi.advanceTimersByTimeAsync(1);
      expect(published.map(subjectsOf)).toEqual([['exe_1', 'exe_2']]);
      published[0]?.settle();
      await Promise.all(written);
      await vi.advanceTimersByTimeAsync(100);
      expect(published).toHaveLength(1);
    } finally {
      vi.useRealTimers();
    }
  });

  test('an acknowledgement does not hurry what nobody waits for', async () => {
    const { published, record, subjectsOf } = setup();
    const first = record(1);
    const second = record(2, 'acme', true);
    published[0]?.settle();
    await first;
    expect(published).toHaveLength(1);
    await vi.waitFor(() => expect(published.map(subjectsOf)).toEqual([['exe_1'], ['exe_2']]));
    published[1]?.settle();
    await second;
  });

  describe('of an event whose caller goes on once it is handed over', () => {
    const ahead = (recorder: ReturnType<typeof setup>['recorder'], id: number) =>
      recorder.begin({
        tenant: 'acme',
        class: 'execution',
        type: 'dev.patchbay.execution.outcome',
        subject: `exe_${id}`,
        data,
        ahead: true,
      });

    test('publishes it at once, and says so without a promise; behind others it waits for its turn', async () => {
      const { published, recorder, subjectsOf } = setup();
      expect(ahead(recorder, 1).handed).toBeNull();
      expect(ahead(recorder, 2).handed).toBeNull();
      const third = ahead(recorder, 3);
      expect(published.map(subjectsOf)).toEqual([['exe_1'], ['exe_2']]);
      let handed = false;
      third.handed?.then(() => {
        handed = true;
      });
      await new Promise((resolve) => setImmediate(resolve));
      expect(handed).toBe(false);
      published[0]?.settle();
      await third.handed;
      expect(published.map(subjectsOf)).toEqual([['exe_1'], ['exe_2'], ['exe_3']]);
    });

    test('publishes it again where the stream did not confirm it, and until then counts no other as handed over', async () => {
      vi.useFakeTimers();
      try {
        const { published, recorder } = setup();
        const first = ahead(recorder, 1);
        expect(first.handed).toBeNull();
        published[0]?.settle(new Error('timeout'));
        await vi.advanceTimersByTimeAsync(0);
        const second = ahead(recorder, 2);
        expect(published).toHaveLength(2);
        expect(second.handed).not.toBeNull();
        published[1]?.settle(new Error('timeout'));
        await expect(second.handed).rejects.toMatchObject({ code: 'audit_unavailable' });
        // The first is published once more, with its own message id.
        await vi.advanceTimersByTimeAsync(250);
        expect(published.map(({ messageId }) => messageId)).toEqual(
          [0, 1, 0, 1].map((n) => published[n]?.messageId as string),
        );
        const third = ahead(recorder, 3);
        const confirmed = third.handed?.then(() => 'handed');
        published[4]?.settle();
        expect(await confirmed).toBe('handed');
        published[2]?.settle();
        published[3]?.settle();
        await Promise.all([first.durable, second.durable]);
        expect(ahead(recorder, 4).handed).toBeNull();
      } finally {
        vi.useRealTimers();
      }
    });
  });

  test('publishes an event that several processes may record alone, as it was given', async () => {
    const { published, recorder, record, subjectsOf } = setup();
    const fixed = (n: number) => ({
      id: `aud_${String(n).padStart(26, '0')}`,
      time: '2026-11-30T10:00:00.000Z',
      source: '/services/x',
    });
    const written = [record(1), record(2), record(3)];
    for (const n of [4, 5])
      written.push(
        recorder.record({
          tenant: 'acme',
          class: 'execution',
          type: 'dev.patchbay.execution.intent',
          subject: `exe_${n}`,
          data,
          fixed: fixed(n),
        }),
      );
    written.push(record(6), record(7));
    while (published.length < 6) {
      for (const message of published) message.settle();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(published.map(subjectsOf)).toEqual([
      ['exe_1'],
      ['exe_2'],
      ['exe_3'],
      ['exe_4'],
      ['exe_5'],
      ['exe_6', 'exe_7'],
    ]);
    expect(published[3]?.messageId).toBe(fixed(4).id);
    expect(AuditBatch.parse(JSON.parse(published[4]?.payload ?? ''))).toMatchObject([fixed(5)]);
    for (const message of published) message.settle();
    await Promise.all(written);
  });

  test('splits a flood into bounded batches', async () => {
    const { published, record, subjectsOf } = setup();
    const written = Array.from({ length: 1_202 }, (_, i) => record(i));
    while (published.length < 5) {
      for (const message of published) message.settle();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(published.map((message) => subjectsOf(message).length)).toEqual([1, 1, 500, 500, 200]);
    for (const message of published) message.settle();
    await Promise.all(written);
  });

  test('tells apart what is sent from what is durable', async () => {
    const { published, recorder } = setup();
    const { sent, durable } = recorder.begin({
      tenant: 'acme',
      class: 'execution',
      type: 'dev.patchbay.execution.intent',
      data,
    });
    await sent;
    published[0]?.settle(new Error('no responders'));
    await expect(durable).rejects.toMatchObject({ code: 'audit_unavailable' });
  });

  test('does not call an event sent that only waits in this process for a connection', async () => {
    const { published, recorder } = setup(() => Promise.reject(new Error('there is no connection')));
    const entry = { tenant: 'acme', class: 'execution', type: 'dev.patchbay.execution.intent', data } as const;
    const lost = recorder.begin(entry);
    published[0]?.settle(new Error('timeout'));
    await expect(lost.sent).rejects.toMatchObject({ code: 'audit_unavailable' });
    const late = recorder.begin(entry);
    published[1]?.settle();
    await late.sent;
  });

  test('keeps tenants apart', () => {
    const { published, record } = setup();
    for (let i = 0; i < 6; i++) void record(i, i % 2 ? 'acme' : 'rival').catch(() => {});
    expect(new Set(published.map(({ subject }) => subject))).toEqual(
      new Set(['audit.v1.acme.execution', 'audit.v1.rival.execution']),
    );
    for (const { payload, subject } of published)
      for (const event of AuditBatch.parse(JSON.parse(payload))) expect(subject).toContain(`.${event.tenant}.`);
  });

  test('fails every event of a batch that was not taken, and goes on', async () => {
    const { published, record } = setup();
    const written = Array.from({ length: 6 }, (_, i) => record(i));
    published[0]?.settle(new Error('no responders'));
    await expect(written[0]).rejects.toMatchObject({ code: 'audit_unavailable' });
    await new Promise((resolve) => setImmediate(resolve));
    published[2]?.settle(new Error('no responders'));
    await expect(written[4]).rejects.toMatchObject({ code: 'audit_unavailable' });
    await expect(written[5]).rejects.toMatchObject({ code: 'audit_unavailable' });
    for (const message of published) message.settle();
    await Promise.all(written.slice(1, 2));
    const next = record(7);
    published.at(-1)?.settle();
    await next;
  });

  test('publishes what nobody waits for again under the same id until it is taken, and fails what somebody waits for', async () => {
    vi.useFakeTimers();
    try {
      const { published, record } = setup();
      const told = record(1, 'acme', true);
      const refused = record(2);
      published[0]?.settle(new Error('timeout'));
      await expect(refused).rejects.toMatchObject({ code: 'audit_unavailable' });
      await vi.advanceTimersByTimeAsync(250);
      published[1]?.settle(new Error('timeout'));
      await vi.advanceTimersByTimeAsync(500);
      expect(published).toHaveLength(3);
      for (const again of published.slice(1)) {
        const { messageId, payload, headers, subject } = again;
        expect(published[0]).toMatchObject({ messageId, payload, headers, subject });
      }
      published[2]?.settle();
      await told;
      await vi.advanceTimersByTimeAsync(60_000);
      expect(published).toHaveLength(3);
    } finally {
      vi.useRealTimers();
    }
  });

  test('gives up what is never taken, within two seconds once it winds down', async () => {
    vi.useFakeTimers();
    try {
      const { published, record, recorder } = setup();
      const lost = record(1, 'acme', true).catch((error) => error);
      await vi.advanceTimersByTimeAsync(5);
      published[0]?.settle(new Error('timeout'));
      await vi.advanceTimersByTimeAsync(0);
      recorder.windDown();
      for (let at = 0; at < 4_000; at += 250) {
        await vi.advanceTimersByTimeAsync(250);
        published.at(-1)?.settle(new Error('no responders'));
      }
      expect(await lost).toMatchObject({ code: 'audit_unavailable', cause: { message: 'no responders' } });
      expect(published.length).toBeLessThan(6);
      await recorder.close();
    } finally {
      vi.useRealTimers();
    }
  });

  test('refuses a tenant that would change the subject', () => {
    const { record } = setup();
    expect(() => record(1, 'acme.credential')).toThrow();
  });

  test('waits for what is under way when it closes', async () => {
    const { published, recorder, record } = setup();
    void record(1);
    let closed = false;
    const closing = recorder.close().then(() => {
      closed = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(closed).toBe(false);
    published[0]?.settle();
    await closing;
    expect(closed).toBe(true);
  });

  test('does not wait for company when it closes', async () => {
    const { published, recorder, record, subjectsOf } = setup();
    const written = [record(1, 'acme', true), record(2, 'rival', true)];
    const closing = recorder.close();
    expect(published.map(subjectsOf)).toEqual([['exe_1'], ['exe_2']]);
    written.push(record(3, 'acme', true));
    expect(published).toHaveLength(3);
    for (const message of published) message.settle();
    await Promise.all([closing, ...written]);
  });
});
