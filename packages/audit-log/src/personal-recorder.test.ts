import { randomBytes } from 'node:crypto';
import { AuditData, SealedPersonal, unknownDigest, unknownSubject } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import type { AuditEntry, AuditRecorder } from './audit-recorder.ts';
import { canonicalSubject, subjectToken } from './personal-identifiers.ts';
import type { PersonalKeys } from './personal-keys.ts';
import { type PersonalEntry, withoutPersons, withTokens } from './personal-recorder.ts';
import { openPersonal, sealPersonal, sha256Of } from './sealed-personal.ts';

const tokenKey = randomBytes(32);
const dataKey = { id: 'sbk_1', key: randomBytes(32) };
const tokenOf = (text: string) => subjectToken(tokenKey, canonicalSubject(text), 0);
const ada = '+1 555 010 2030';

function stage() {
  const recorded: AuditEntry[] = [];
  const asked: string[] = [];
  const state = { held: true, away: false };
  const settled = Promise.resolve();
  const begin = (entry: AuditEntry) => {
    recorded.push(entry);
    return { handed: null, sent: settled, durable: settled };
  };
  const recorder: AuditRecorder = {
    begin,
    draft: (entry) => ({ complete: (rest) => begin({ ...entry, data: { ...entry.data, ...rest } }) }),
    record: () => settled,
    windDown() {},
    close: () => settled,
  };
  const keys: PersonalKeys = {
    tokenNow: (_tenant, text) => (state.held ? tokenOf(text) : null),
    async token(_tenant, text) {
      asked.push(text);
      return state.away ? unknownSubject : tokenOf(text);
    },
    digestNow: (tenant, digest) => (state.held ? `hmac_${tenant}.${digest}` : null),
    digest: async (tenant, digest) => (state.away ? unknownDigest : `hmac_${tenant}.${digest}`),
    dataKeyNow: () => (state.held ? dataKey : null),
    async dataKey(_tenant, subject) {
      asked.push(subject);
      return state.away ? null : dataKey;
    },
    close() {},
  };
  return { recorded, asked, state, recorder: withTokens(recorder, keys) };
}

function entry(actor: Partial<AuditData['actor']>, personal?: PersonalEntry['personal']): PersonalEntry {
  return {
    tenant: 'acme',
    class: 'execution',
    type: 'dev.patchbay.execution.outcome',
    data: AuditData.parse({
      actor: { kind: 'agent', id: 'desk', ...actor },
      target: { kind: 'tool', id: 'look' },
      outcome: 'succeeded',
    }),
    ...(personal !== undefined && { personal }),
  };
}

describe('an event that names somebody', () => {
  it('is recorded at once with their token, where the key is at hand', () => {
    const { recorder, recorded, asked } = stage();
    recorder.begin(entry({ end_user: ada, session: 'call-7' }));
    expect(recorded[0]?.data.actor).toEqual({ kind: 'agent', id: 'desk', end_user: tokenOf(ada), session: 'call-7' });
    expect(asked).toEqual([]);
  });

  it('waits for the key, and says that nobody knows who when there is none', async () => {
    const { recorder, recorded, state } = stage();
    state.held = false;
    const recording = recorder.begin(entry({ end_user: ada }));
    expect(recorded).toEqual([]);
    await Promise.all([recording.sent, recording.durable]);
    state.away = true;
    await recorder.record(entry({ end_user: ada }));
    expect(recorded.map(({ data }) => data.actor.end_user)).toEqual([tokenOf(ada), unknownSubject]);
    expect(JSON.stringify(recorded)).not.toMatch(/555/);
  });

  it('is recorded before the recorder is closed', async () => {
    const { recorder, recorded, state } = stage();
    state.held = false;
    recorder.begin(entry({ end_user: ada }));
    await recorder.close();
    expect(recorded).toHaveLength(1);
  });

  it('names nobody by a session or by the id of a user either, and leaves other ids alone', () => {
    const { recorder, recorded } = stage();
    recorder.begin(entry({ session: '+15550102030' }));
    recorder.begin(entry({ kind: 'user', id: 'Ada@example.com' }));
    recorder.begin(entry({ kind: 'user', id: 'auth0|17' }));
    recorder.begin(entry({ kind: 'key', id: 'key_1' }));
    expect(recorded.map(({ data }) => data.actor)).toMatchObject([
      { session: tokenOf(ada) },
      { id: tokenOf('email:ada@example.com') },
      { id: 'auth0|17' },
      { id: 'key_1' },
    ]);
  });

  it('makes a token of what poses as one', () => {
    const { recorder, recorded } = stage();
    const posing = tokenOf('email:victim@example.com');
    recorder.begin(entry({ end_user: posing }));
    expect(recorded[0]?.data.actor.end_user).toBe(subjectToken(tokenKey, `id:${posing}`, 0));
  });

  it('says nothing of them where nobody makes tokens', () => {
    expect(withoutPersons(entry({ end_user: ada }).data).actor.end_user).toBe(unknownSubject);
    const { data } = entry({ end_user: tokenOf(ada) });
    expect(withoutPersons(data)).toBe(data);
  });
});

describe('a digest of arguments', () => {
  const digested = () => {
    const { data, ...rest } = entry({});
    return { ...rest, data: { ...data, arguments_digest: 'abc' } };
  };

  it('is recorded under the tenant’s key, at once or when it is there, and never bare', async () => {
    const { recorder, recorded, state } = stage();
    recorder.begin(digested());
    state.held = false;
    await recorder.record(digested());
    state.away = true;
    await recorder.record(digested());
    expect(recorded.map(({ data }) => data.arguments_digest)).toEqual([
      'hmac_acme.abc',
      'hmac_acme.abc',
      unknownDigest,
    ]);
  });

  it('is under the tenant’s key in a draft already, or when it is completed', async () => {
    const { recorder, recorded, state } = stage();
    const { outcome, ...data } = digested().data;
    const draft = () => recorder.draft({ ...digested(), data: { ...data, actor: { ...data.actor, end_user: ada } } });
    const early = draft();
    state.held = false;
    const late = draft();
    expect(recorded).toEqual([]);
    early.complete({ outcome });
    await late.complete({ outcome }).durable;
    for (const { data } of recorded)
      expect(data).toMatchObject({ arguments_digest: 'hmac_acme.abc', actor: { end_user: tokenOf(ada) }, outcome });
    expect(recorded).toHaveLength(2);
  });

  it('says nothing where nobody has keys', () => {
    expect(withoutPersons(digested().data)).toEqual({ ...digested().data, arguments_digest: unknownDigest });
    const { data } = digested();
    const keyed = { ...data, arguments_digest: 'hmac_x' };
    expect(withoutPersons(keyed)).toBe(keyed);
  });
});

describe('what a tenant wants kept', () => {
  it('is sealed under the person’s key, and opens for that person under that key alone', async () => {
    const { recorder, recorded, state } = stage();
    const personal = { end_user: ada, arguments: { name: 'Ada' } };
    recorder.begin(entry({ end_user: ada }, personal));
    state.held = false;
    await recorder.record(entry({ end_user: ada }, personal));
    expect(recorded).toHaveLength(2);
    for (const { data } of recorded) {
      const sealed = SealedPersonal.parse(data.sealed);
      expect(sealed).toMatchObject({ subject: tokenOf(ada), key: 'sbk_1' });
      const bytes = Buffer.from(sealed.ciphertext as string, 'base64');
      expect(sealed.sha256).toBe(sha256Of(bytes));
      expect(openPersonal('acme', sealed, dataKey, bytes)).toEqual(personal);
      expect(openPersonal('acme-2', sealed, dataKey, bytes)).toBeNull();
      expect(openPersonal('acme', { ...sealed, subject: tokenOf('id:other') }, dataKey, bytes)).toBeNull();
      expect(openPersonal('acme', { ...sealed, key: 'sbk_2' }, dataKey, bytes)).toBeNull();
      expect(openPersonal('acme', sealed, { key: randomBytes(32) }, bytes)).toBeNull();
      expect(openPersonal('acme', sealed, dataKey, bytes.subarray(0, -1))).toBeNull();
      expect(openPersonal('acme', sealed, dataKey, bytes.subarray(0, 20))).toBeNull();
    }
    expect(JSON.stringify(recorded)).not.toMatch(/Ada|555/);
  });

  it('is not kept without a key, nor of nobody', async () => {
    const { recorder, recorded, state } = stage();
    recorder.begin(entry({}, { arguments: { name: 'Ada' } }));
    Object.assign(state, { held: false, away: true });
    await recorder.record(entry({ end_user: ada }, { end_user: ada }));
    expect(recorded.map(({ data }) => data.sealed)).toEqual([undefined, undefined]);
    expect(JSON.stringify(recorded)).not.toMatch(/Ada|555/);
  });

  it('is at most 16 kB: the largest values are left out, and named', () => {
    const sealed = sealPersonal('acme', tokenOf(ada), dataKey, { end_user: ada, arguments: 'x'.repeat(20_000) });
    const bytes = Buffer.from(sealed.ciphertext as string, 'base64');
    expect(openPersonal('acme', sealed, dataKey, bytes)).toEqual({ end_user: ada, left_out: ['arguments'] });
    expect(SealedPersonal.safeParse(sealed).success).toBe(true);
  });
});
