import { expect, test } from 'vitest';
import { bytes, webhookEvent } from './event.fixture.ts';
import { bodyValue, headerValues, viewOf } from './event-view.ts';

test('a JSON payload is read by dotted paths, own properties and elements only', () => {
  const view = viewOf(webhookEvent(), bytes('{"a":{"b":[{"c":1},null]},"__proto__":{"d":2}}'));
  expect(bodyValue(view, 'a.b.0.c')).toBe(1);
  expect(bodyValue(view, 'a.b.1')).toBeNull();
  for (const path of ['a.x', 'a.b.2', 'a.b.length', 'a.b.0.c.d', 'constructor', 'a.toString', ''])
    expect(bodyValue(view, path)).toBeUndefined();
  expect(bodyValue(view, '__proto__.d')).toBe(2);
});

test('a form is read as its fields, a repeated one as a list', () => {
  const event = webhookEvent({ content_type: 'application/x-www-form-urlencoded; charset=utf-8' });
  const view = viewOf(event, bytes('From=%2B49&To=a+b&To=c&To=d&__proto__=x'));
  expect(bodyValue(view, 'From')).toBe('+49');
  expect(bodyValue(view, 'To')).toEqual(['a b', 'c', 'd']);
  expect(bodyValue(view, '__proto__')).toBe('x');
});

test('an item of a list is JSON, whatever its request was', () => {
  const event = webhookEvent({ content_type: 'application/x-www-form-urlencoded', count: 2 });
  expect(viewOf(event, bytes('{"a":1}')).body).toEqual({ a: 1 });
});

test('what cannot be read has no body, and is an event all the same', () => {
  expect(viewOf(webhookEvent(), new Uint8Array([0xff, 0xfe])).body).toBeUndefined();
  expect(viewOf(webhookEvent(), bytes('not json')).body).toBeUndefined();
  expect(viewOf(webhookEvent(), bytes('')).body).toBeUndefined();
});

test('a header is found in any case, with every value', () => {
  const view = viewOf(webhookEvent(), bytes('{}'));
  expect(headerValues(view, 'X-KIND')).toEqual(['a', 'b']);
  expect(headerValues(view, 'x-other')).toEqual([]);
});
