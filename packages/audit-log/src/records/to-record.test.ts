import { type AuditClass, AuditData, AuditEvent, auditEventTypes, auditProducers, newId } from '@patchbay/contracts';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recordVersion, toRecord } from './to-record.ts';

const types = Object.entries(auditEventTypes).map(([name, row]) => ({
  type: `dev.patchbay.${name}`,
  class: row.class as AuditClass,
}));
const words = fc.string({ unit: 'binary', maxLength: 20 });
const word = fc.stringMatching(/^[a-z_]{1,12}$/);
const facts = fc.dictionary(
  fc.oneof(word, words, fc.nat({ max: 30 }).map(String)),
  fc.oneof(words, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.boolean(), fc.constant(null)),
  { maxKeys: 6 },
);
/** Any data that the schema takes. */
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
    duration_ms: fc.double({ noNaN: true, noDefaultInfinity: true, min: 0, max: 1e9 }),
    tokens: fc.nat(),
    replayed: fc.boolean(),
    trace_id: word,
    facts,
  },
  { requiredKeys: ['actor', 'target', 'outcome'] },
);
const recorded = fc.record({
  data,
  of: fc.constantFrom(...types, { type: 'dev.patchbay.made.up', class: 'egress' as const }),
});

function eventOf({ data, of }: typeof recorded extends fc.Arbitrary<infer Value> ? Value : never): AuditEvent {
  return AuditEvent.parse({
    specversion: '1.0',
    id: 'aud_01JD0000000000000000000000',
    source: '/services/executor/executor-1',
    type: of.type,
    time: '2026-11-30T07:00:00.123Z',
    tenant: 'acme',
    datacontenttype: 'application/json',
    data,
  });
}

describe('the record of an event', () => {
  test('is RFC 8785 canonical JSON, whatever the event says', () => {
    fc.assert(
      fc.property(recorded, (one) => {
        const record = toRecord(eventOf(one), { class: one.of.class, producer: auditProducers[one.of.class] });
        expect(record).toBe(canonicalize(JSON.parse(record)));
      }),
      { numRuns: 1_000 },
    );
  });

  test('has a version, and there is no other', () => {
    expect(recordVersion).toBe(1);
    const event = eventOf({
      data: { actor: { kind: 'agent', id: 'a' }, target: { kind: 'tool', id: 't' }, outcome: 'intent' },
      of: types[0] as (typeof types)[0],
    });
    expect(() => toRecord(event, { class: 'execution', producer: 'executor' }, 2)).toThrow(RangeError);
    expect(() => toRecord({ ...event, time: 'soon' }, { class: 'execution', producer: 'executor' })).toThrow('time');
  });
});
