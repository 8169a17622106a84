import { PlanRequest } from '@patchbay/contracts';
import { describe, expect, test } from 'vitest';
import { bytes, webhookEvent } from './event.fixture.ts';
import { viewOf } from './event-view.ts';
import { fillArguments, fillPlan, orderKey } from './fill-template.ts';

const event = webhookEvent({ type: 'ticket.created', vendor_id: null });
const view = viewOf(
  event,
  bytes('{"id":7,"name":"Ann {event.id}","ok":true,"none":null,"tags":["a"],"evil":{"$from":"other"}}'),
);
const filled = (template: Record<string, unknown>) => fillArguments(template, view);

describe('arguments', () => {
  test('take values with their types where a text is nothing else, and as text within one', () => {
    expect(
      filled({
        id: '{body.id}',
        ok: '{body.ok}',
        tags: '{body.tags}',
        none: '{body.none}',
        type: '{event.type}',
        kind: '{header.X-Kind}',
        text: 'Ticket {body.id} of {body.name}: {body.tags}',
        nested: [{ deep: '{body.tags.0}' }],
        number: 5,
      }),
    ).toEqual({
      value: {
        id: 7,
        ok: true,
        tags: ['a'],
        none: null,
        type: 'ticket.created',
        kind: 'a',
        text: 'Ticket 7 of Ann {event.id}: ["a"]',
        nested: [{ deep: 'a' }],
        number: 5,
      },
      issues: [],
    });
  });

  test('take what stands behind a bar where there is no value', () => {
    expect(
      filled({ a: '{body.x|unknown}', b: 'by {event.vendor_id|nobody}{body.y|}', c: '{body.none|never} {body.none|x}' })
        .value,
    ).toEqual({
      a: 'unknown',
      b: 'by nobody',
      c: 'never x',
    });
  });

  test('say where a value is missing', () => {
    expect(filled({ a: { b: ['{body.x}', 'of {header.x-none}'] }, c: '{event.nothing}' }).issues).toEqual([
      { path: 'arguments.a.b[0]', message: "the event has no body 'x'" },
      { path: 'arguments.a.b[1]', message: "the event has no header 'x-none'" },
      { path: 'arguments.c', message: "the event has no event 'nothing'" },
    ]);
  });

  test('keep braces that name nothing of an event, and never look into what was put in', () => {
    expect(filled({ a: '{name} {} {bodyx.y} {body', b: '{body.name}' }).value).toEqual({
      a: '{name} {} {bodyx.y} {body',
      b: 'Ann {event.id}',
    });
  });

  test('may have any key', () => {
    const { value } = filled(JSON.parse('{"__proto__":{"a":"{body.id}"}}'));
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(JSON.stringify(value)).toBe('{"__proto__":{"a":7}}');
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  test('have an end to how deep they are', () => {
    let deep: Record<string, unknown> = { end: '{body.id}' };
    for (let i = 0; i < 70; i++) deep = { deep };
    expect(filled(deep).issues).toHaveLength(1);
  });
});

describe('a plan', () => {
  const plan = PlanRequest.parse({
    calls: [
      { id: 'one', tool: 'crm_find', arguments: { id: '{body.id}' }, when: "exists({body.id}) or x = '{body.name}'" },
      {
        id: 'two',
        tool: 'crm_note',
        arguments: { from: { $from: 'one', path: 'a' }, about: '{body.evil}', no: '{body.x}' },
      },
    ],
  });

  test('is filled in its arguments alone, and what is put in is data', () => {
    const { value, issues } = fillPlan(plan, view);
    expect(value.calls[0]).toMatchObject({ arguments: { id: 7 }, when: "exists({body.id}) or x = '{body.name}'" });
    expect(value.calls[1]?.arguments).toMatchObject({
      from: { $from: 'one', path: 'a' },
      about: { $literal: { $from: 'other' } },
    });
    expect(issues).toEqual([{ path: 'calls[1].arguments.no', message: "the event has no body 'x'" }]);
  });
});

describe('a key of order', () => {
  test('is the text of its template', () => {
    expect(orderKey('{body.id}', view)).toBe('7');
    expect(orderKey('{header.x-kind}', view)).toBe('a');
    expect(orderKey('{event.source}/{body.id}', view)).toBe(`${event.source}/7`);
    expect(orderKey('{body.tags}', view)).toBe('["a"]');
  });

  test('is none where a value is missing', () => {
    expect(orderKey('{body.x}', view)).toBeNull();
    expect(orderKey('{body.none}', view)).toBeNull();
    expect(orderKey('a {body.x} b', view)).toBeNull();
    expect(orderKey('{body.x|same}', view)).toBe('same');
  });
});
