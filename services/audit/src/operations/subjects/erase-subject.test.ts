import { generateKeyPairSync } from 'node:crypto';
import { formatNote, localSigningKey, parseNote, signText, verifierKey, verifyNote } from '@patchbay/audit-log/proofs';
import { canonicalJson, newId, PatchbayError } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { createEraseSubject, type EraseSubjectPorts, receiptText } from './erase-subject.ts';

const token = (letter: string) => `tok_${letter.repeat(43)}`;
const key = localSigningKey(generateKeyPairSync('ed25519').privateKey);
const origin = 'patchbay/i1/acme';

function stage(over: Partial<EraseSubjectPorts> = {}) {
  const did: string[] = [];
  const recorded: unknown[] = [];
  const executions = Array.from({ length: 2_001 }, () => newId('execution'));
  const ports: EraseSubjectPorts = {
    now: () => Date.parse('2026-11-30T08:00:00Z'),
    blobs: {
      remove: async (_tenant, tokens) => did.push(`blobs ${tokens.length}`) && 3,
      countEvents: async () => 5,
      executionsOf: async () => executions,
    },
    vault: {
      find: async () => ({
        canonical: 'phone:+15550102030',
        token: token('b'),
        erased: [token('a')],
        has_key: true,
      }),
      destroy: async (_tenant, one) => {
        did.push(`key ${one[4]}`);
        return { keys_destroyed: one === token('b') ? 1 : 0 };
      },
    },
    elsewhere: {
      async erase(_tenant, subject, ids) {
        did.push(`held ${subject} ${ids.length}`);
        return [{ where: 'executions', records: 2 }];
      },
    },
    webhooks: {
      async erase(_tenant, subject) {
        did.push(`webhooks ${subject}`);
        return [
          { where: 'webhooks', records: 3 },
          { where: 'webhooks', records: 1 },
        ];
      },
    },
    holdsOn: async () => [],
    async sign(_tenant, receipt) {
      const text = receiptText(origin, receipt);
      return formatNote({ text, signatures: [await signText(text, origin, key)] });
    },
    record: async ({ type, data }) => void recorded.push({ type, ...data }),
    ...over,
  };
  const erase = createEraseSubject(ports);
  const run = () => erase({ tenant: 'acme', subject: '+1 555 010 2030', reason: 'ticket 1' }, { traceId: null });
  return { run, did, recorded };
}

describe('erasing a person', () => {
  it('ends keys first, of every token that they had, then takes what is held, and says so in a signed receipt', async () => {
    const { run, did, recorded } = stage();
    const { receipt, note } = await run();
    expect(did).toEqual([
      ...['key a', 'key b', 'blobs 2'],
      ...['held phone:+15550102030 2000', 'held phone:+15550102030 1', 'webhooks phone:+15550102030'],
    ]);
    expect(receipt).toMatchObject({
      tokens: [token('a'), token('b')],
      erased_at: '2026-11-30T08:00:00.000Z',
      reason: 'ticket 1',
      keys_destroyed: 1,
    });
    expect(receipt.items).toContainEqual(expect.objectContaining({ where: 'executions', erased: 4, remains: null }));
    expect(receipt.items).toContainEqual(
      expect.objectContaining({
        where: 'webhooks',
        what: 'events that vendors sent, which name the person',
        erased: 4,
      }),
    );
    expect(receipt.items.find(({ where }) => where === 'audit log')).toMatchObject({
      found: 5,
      remains: expect.stringContaining('17(3)(b)'),
    });
    expect(recorded).toMatchObject([
      { type: 'dev.patchbay.subject.erased', outcome: 'intent', facts: { reason: 'ticket 1' } },
      { outcome: 'succeeded', facts: { keys_destroyed: 1, erased: 12 } },
    ]);
    expect(JSON.stringify([receipt, recorded])).not.toMatch(/555/);

    const parsed = parseNote(note);
    if (parsed === null) throw new Error('no note');
    expect(parsed.text).toBe(`${origin}/erasures\n${canonicalJson(receipt)}\n`);
    expect(verifyNote(parsed, [verifierKey(origin, key.publicKey)])).toMatchObject({ ok: true });
    const changed = { ...parsed, text: parsed.text.replace('ticket 1', 'ticket 2') };
    expect(verifyNote(changed, [verifierKey(origin, key.publicKey)])).toMatchObject({ ok: false });
  });

  it('is stopped by a legal hold, which is recorded', async () => {
    const { run, did, recorded } = stage({ holdsOn: async () => ['hld_1'] });
    await expect(run()).rejects.toMatchObject({ code: 'precondition_failed', body: { details: { holds: ['hld_1'] } } });
    expect(did).toEqual([]);
    expect(recorded).toMatchObject([{ outcome: 'refused', error_code: 'precondition_failed' }]);
  });

  it('does not begin unrecorded, and is recorded when it fails', async () => {
    const refusing = stage({
      record: async () => {
        throw new PatchbayError('audit_unavailable');
      },
    });
    await expect(refusing.run()).rejects.toMatchObject({ code: 'audit_unavailable' });
    expect(refusing.did).toEqual([]);

    const failing = stage({
      elsewhere: {
        erase: async () => {
          throw new PatchbayError('overloaded');
        },
      },
    });
    await expect(failing.run()).rejects.toMatchObject({ code: 'overloaded' });
    expect(failing.recorded).toMatchObject([{ outcome: 'intent' }, { outcome: 'failed', error_code: 'overloaded' }]);
  });
});
