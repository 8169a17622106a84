import { describe, expect, it } from 'vitest';
import { issuesIn } from '../tools.test-support.ts';
import { compileProjection } from './projection.ts';

function project(pick: string[] | Record<string, string>, body: unknown): unknown {
  const projection = compileProjection(pick, (path, message) => expect.fail(`${path}: ${message}`), 'pick');
  return projection?.(body);
}

describe('pick', () => {
  const body = Object.freeze({
    ok: true,
    contact: Object.freeze({ id: 7, email: 'a@b.c', address: { city: 'Paris', zip: '1' } }),
    items: [{ id: 1, name: 'a', tags: [{ t: 'x' }] }, { id: 2, secret: 's' }, 'odd'],
  });

  it.each<[string[] | Record<string, string>, unknown]>([
    [['ok', 'missing'], { ok: true }],
    [['contact.id', 'contact.address.city'], { contact: { id: 7, address: { city: 'Paris' } } }],
    [['items[].id', 'items[].tags[].t'], { items: [{ id: 1, tags: [{ t: 'x' }] }, { id: 2 }, {}] }],
    [['items[0].id'], { items: { id: 1 } }],
    [['items[]'], { items: body.items }],
    [['nope[].id', 'ok[].id'], {}],
    [
      { who: 'contact.id', ids: 'items[].id', first: 'items[0].name', all: 'items[]', gone: 'nope' },
      { who: 7, ids: [1, 2], first: 'a', all: body.items },
    ],
    [{ 'dotted.name': 'ok' }, { 'dotted.name': true }],
    [[], {}],
    [{}, {}],
  ])('%j', (pick, expected) => {
    expect(project(pick, body)).toEqual(expected);
  });

  it('may take a part whole and another part of it again, without changing the body', () => {
    expect(project(['contact', 'contact.id'], body)).toEqual({ contact: { ...body.contact } });
  });

  it('maps a list at the root', () => {
    expect(project(['[].id'], [{ id: 1, x: 0 }, { x: 0 }])).toEqual([{ id: 1 }, {}]);
    expect(project(['[].id'], { not: 'a list' })).toEqual([]);
  });

  it('gives {} for an empty body, and everything when left out', () => {
    expect(project(['a'], null)).toEqual({});
    expect(compileProjection(undefined, () => {}, 'pick')).toBeNull();
  });

  it.each<[string[] | Record<string, string>, string]>([
    [['a..b'], "tools.do_it.response.pick[0]: expected a key after '.' at character 3"],
    [{ x: '[' }, "tools.do_it.response.pick.x: expected [], [0] or ['key'] at character 1"],
    [['[].a', 'b'], 'tools.do_it.response.pick[0]: cannot stand beside fields of the whole answer'],
    [
      ['a[0].b[].c', 'a[1].b[].d'],
      'tools.do_it.response.pick[1]: must map over the same list as the other fields of its list',
    ],
  ])('%j is refused', (pick, issue) => {
    expect(issuesIn({ response: { pick } })).toContain(issue);
  });
});
