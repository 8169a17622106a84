import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  type AuditClass,
  AuditData,
  AuditEvent,
  auditEventEntry,
  auditEventTypes,
  auditProducers,
  newId,
} from '@patchbay/contracts';
import { nameOfOcsfClass, problemsOfOcsf } from '@patchbay/testkit/ocsf';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventOfRecord } from './read-back.fixture.ts';
import { recordVersion, toRecord } from './to-record.ts';

const types = Object.entries(auditEventTypes).map(([name, row]) => ({
  type: `dev.patchbay.${name}`,
  class: row.class as AuditClass,
}));
const tool = { type: 'dev.patchbay.execution.outcome', class: 'execution' } as const;
const finding = { type: 'dev.patchbay.execution.privacy_found', class: 'execution' } as const;
const unknownType = { type: 'dev.patchbay.made.up', class: 'egress' } as const;

interface Named {
  readonly type: string;
  readonly class: AuditClass;
}

const words = fc.string({ unit: 'binary', maxLength: 20 });
const word = fc.stringMatching(/^[a-z_]{1,12}$/);
const hash = fc.constant('x'.repeat(43));
/** Any data that the schema takes, but for kinds and codes, which are words. */
const data = fc.record(
  {
    actor: fc.record(
      {
        kind: fc.constantFrom(...AuditData.shape.actor.shape.kind.options),
        id: words,
        session: words,
        end_user: words,
      },
      { requiredKeys: ['kind', 'id'] },
    ),
    target: fc.record({ kind: word, id: words, version: words }, { requiredKeys: ['kind', 'id'] }),
    outcome: fc.constantFrom(...AuditData.shape.outcome.options),
    error_code: word,
    execution_id: fc.constant(newId('execution')),
    plan_id: fc.constant(newId('plan')),
    tool: word,
    integration: words,
    connection: words,
    risk: fc.constantFrom('read' as const, 'write' as const, 'destructive' as const),
    arguments_digest: words,
    attempts: fc.nat(),
    upstream_status: fc.nat({ max: 999 }),
    duration_ms: fc.oneof(fc.nat(), fc.double({ noNaN: true, min: 0, max: 1e9 })),
    tokens: fc.nat(),
    replayed: fc.boolean(),
    trace_id: word,
    sealed: fc.record({ subject: fc.constant(`tok_${'y'.repeat(43)}`), key: word, sha256: hash }),
    facts: fc.dictionary(
      fc.oneof(word, words, fc.nat({ max: 30 }).map(String), fc.constantFrom('role', 'scopes', 'findings')),
      fc.oneof(
        words,
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
      ),
      { maxKeys: 6 },
    ),
  },
  { requiredKeys: ['actor', 'target', 'outcome'] },
);
const recorded = fc.record({ data, of: fc.constantFrom(...types, unknownType) });

function eventOf(of: { readonly type: string }, about: unknown): AuditEvent {
  return AuditEvent.parse({
    specversion: '1.0',
    id: 'aud_01JD0000000000000000000000',
    source: '/services/executor/executor-1',
    type: of.type,
    time: '2026-11-30T07:00:00.123Z',
    tenant: 'acme',
    datacontenttype: 'application/json',
    data: about,
  });
}

const recordOf = (of: Named, about: unknown) =>
  toRecord(eventOf(of, about), { class: of.class, producer: auditProducers[of.class] });
const small = { actor: { kind: 'agent', id: 'a' }, target: { kind: 'tool', id: 't' }, outcome: 'succeeded' };

/** An event of every type, the same each time, with most of what an event can say. */
function sampleEventOf(of: Named): AuditEvent {
  return eventOf(of, {
    actor: { kind: 'key', id: 'key_01JD0000000000000000000000', session: 'ses-1', end_user: `tok_${'a'.repeat(43)}` },
    target: { kind: of.type.includes('policy') ? 'policy' : 'thing', id: 'one', version: '1.2.0' },
    outcome: 'refused',
    error_code: 'not_permitted',
    execution_id: 'exe_01JD0000000000000000000000',
    plan_id: 'pln_01JD0000000000000000000000',
    tool: 'desk_find_ticket',
    integration: 'desk',
    connection: 'con_01JD0000000000000000000000',
    risk: 'read',
    arguments_digest: 'z'.repeat(43),
    attempts: 2,
    upstream_status: 403,
    duration_ms: 12.5,
    tokens: 7,
    replayed: false,
    trace_id: '0af7651916cd43dd8448eb211c80319c',
    sealed: { subject: `tok_${'a'.repeat(43)}`, key: 'k1', sha256: 'b'.repeat(43), ciphertext: 'AAAA' },
    facts: {
      role: 'agent',
      scopes: 'tools:read tools:execute',
      findings: 'email redact 2, phone block 1',
      note: 'ü € \u0007',
      ratio: 1e21,
    },
  });
}

const sampleOf = (of: Named) => toRecord(sampleEventOf(of), { class: of.class, producer: auditProducers[of.class] });

describe('the record of an event', () => {
  test('is RFC 8785 canonical JSON of OCSF as its class is, and loses nothing', () => {
    fc.assert(
      fc.property(recorded, ({ of, data: about }) => {
        const record = recordOf(of, about);
        const read = JSON.parse(record);
        expect(record).toBe(canonicalize(read));
        expect(problemsOfOcsf(read.data)).toEqual([]);
        const before = eventOf(of, JSON.parse(JSON.stringify(about, wellFormed)));
        expect(eventOfRecord(record)).toEqual(JSON.parse(JSON.stringify(before)));
      }),
      { numRuns: 500 },
    );
  });

  test.each(types)('is good for $type', (of) => {
    const { data: body, ...envelope } = JSON.parse(sampleOf(of));
    expect(problemsOfOcsf(body)).toEqual([]);
    expect(eventOfRecord(sampleOf(of))).toEqual(withoutCiphertext(sampleEventOf(of)));
    // CloudEvents 1.0: what is required, and names of extensions of lower case letters and digits, 20 at most.
    expect(envelope).toMatchObject({ specversion: '1.0', type: of.type, datacontenttype: 'application/json' });
    expect(envelope.dataschema).toBe(`https://schema.ocsf.io/1.8.0/classes/${nameOfOcsfClass(body.class_uid)}`);
    for (const name of Object.keys(envelope)) expect(name).toMatch(/^[a-z0-9]{1,20}$/);
  });

  test('never changes: the hash of a record of each type is what it was', () => {
    const golden = JSON.parse(readFileSync(new URL('./golden-v1.json', import.meta.url), 'utf8'));
    const now = Object.fromEntries(
      types.map((of) => [of.type, createHash('sha256').update('\0').update(sampleOf(of)).digest('base64url')]),
    );
    // A line of a new type is added by hand from what this prints. Any other difference breaks logs that were signed.
    expect(now).toEqual(golden);
    expect(sampleOf(tool)).toBe(readFileSync(new URL('./golden-v1.txt', import.meta.url), 'utf8').trimEnd());
  });

  test('takes a later contract’s fields along, and types that the version does not know', () => {
    const event = eventOf(unknownType, small);
    const later = { ...event, data: { ...event.data, weather: 'fine', actor: { ...event.data.actor, mood: 'good' } } };
    const { data: body } = JSON.parse(toRecord(later as AuditEvent, { class: 'egress', producer: 'executor' }));
    expect(body.unmapped).toEqual({ weather: 'fine', actor: { mood: 'good' } });
    expect(body).toMatchObject({ class_uid: 6_003, activity_id: 99, activity_name: 'made.up' });
    expect(auditEventEntry(tool.type, 0)).toBeNull();
    expect(JSON.parse(recordOf({ type: 'dev.patchbay.made.up', class: 'registry' }, small)).data.class_uid).toBe(3_004);
  });

  test('commits to what is sealed by its hash alone', () => {
    const sealed = { subject: `tok_${'y'.repeat(43)}`, key: 'k1', sha256: 'b'.repeat(43) };
    const with_ = recordOf(tool, { ...small, sealed: { ...sealed, ciphertext: 'AAAA' } });
    expect(with_).toBe(recordOf(tool, { ...small, sealed }));
    expect(with_).not.toContain('AAAA');
  });

  test('replaces what is no Unicode, and leaves text that only looks like an escape', () => {
    const record = recordOf(tool, { ...small, facts: { a: 'x\ud800y', b: '\\ud800' } });
    expect(JSON.parse(record).data.unmapped.facts).toEqual({ a: 'x\ufffdy', b: '\\ud800' });
  });

  test('says what it means: risk, failures, sign-ins and findings', () => {
    const body = (of: Named, more: object) => JSON.parse(recordOf(of, { ...small, ...more })).data;
    expect(body(tool, { risk: 'read' })).toMatchObject({ activity_id: 2, activity_name: 'Read', type_uid: 600_302 });
    expect(body(tool, { risk: 'write' })).toMatchObject({ activity_id: 99, activity_name: 'execution.outcome' });
    expect(body(tool, { outcome: 'outcome_unknown' })).toMatchObject({
      status_id: 0,
      status: 'Unknown',
      severity_id: 3,
    });
    const signIn = { type: 'dev.patchbay.gateway.signed_in', class: 'gateway' } as const;
    expect(body(signIn, { outcome: 'succeeded' })).toMatchObject({
      class_uid: 3_002,
      activity_name: 'Logon',
      severity_id: 1,
    });
    const refused = { type: 'dev.patchbay.gateway.sign_in_refused', class: 'gateway' } as const;
    expect(body(refused, { outcome: 'refused' })).toMatchObject({
      class_uid: 3_002,
      status: 'Failure',
      severity_id: 3,
    });
    const made = { type: 'dev.patchbay.gateway.key_created', class: 'gateway' } as const;
    expect(body(made, { facts: { role: 'agent', scopes: 'a:b c:d' } }).privileges).toEqual(['agent', 'a:b', 'c:d']);
    expect(body(made, {}).privileges).toEqual(['gateway.key_created']);
    expect(body(finding, { facts: { findings: 'email redact 2, phone block 1, email mask 1' } })).toMatchObject({
      class_uid: 2_006,
      status: 'New',
      finding_info: { types: ['email', 'phone'] },
    });
  });

  test('has a version, and there is no other', () => {
    expect(recordVersion).toBe(1);
    const event = eventOf(tool, small);
    expect(() => toRecord(event, { class: 'execution', producer: 'executor' }, 2)).toThrow(RangeError);
    expect(() => toRecord({ ...event, time: 'soon' }, { class: 'execution', producer: 'executor' })).toThrow('time');
  });
});

function wellFormed(_name: string, value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name.toWellFormed(), item]));
}

function withoutCiphertext(event: AuditEvent): unknown {
  const { ciphertext: _ciphertext, ...sealed } = event.data.sealed ?? {};
  return JSON.parse(JSON.stringify({ ...event, data: { ...event.data, sealed } }));
}
