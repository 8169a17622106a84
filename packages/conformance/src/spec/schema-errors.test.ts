import { describe, expect, it } from 'vitest';
import { schemaErrors } from './schema-errors.ts';
import { unknownFields } from './unknown-fields.ts';

/** A document whose schemas refer to each other in circles, as those of vendors do. */
const root = {
  components: {
    schemas: {
      person: {
        type: 'object',
        required: ['name', 'id', '@odata.type'],
        properties: {
          id: { type: 'string', readOnly: true },
          name: { type: 'string', minLength: 2, pattern: '(?<bad' },
          age: { type: 'integer', minimum: 0, exclusiveMinimum: true, nullable: true },
          boss: { anyOf: [{ $ref: '#/components/schemas/person' }, { type: 'object', nullable: true }] },
          team: { type: 'array', maxItems: 2, items: { $ref: '#/components/schemas/person' } },
          born: { type: 'string', format: 'date' },
          handle: { anyOf: [{ type: 'string', nullable: true }, { type: 'number' }] },
          kind: {
            oneOf: [
              { type: 'string', enum: ['a'] },
              { type: 'string', enum: ['a', 'b'] },
            ],
          },
        },
      },
      worker: {
        allOf: [
          { $ref: '#/components/schemas/person' },
          { $ref: '#/components/schemas/worker' },
          { properties: { wage: { type: 'number' } }, required: ['wage'] },
        ],
      },
      'acme.chief': {
        allOf: [{ $ref: '#/components/schemas/person' }, { properties: { since: { type: 'integer' } } }],
      },
      free: { type: 'object' },
      labels: { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: { type: 'string' } },
      either: {
        oneOf: [
          {
            type: 'object',
            required: ['card', 'holder'],
            properties: { card: { type: 'object', properties: { number: {} } } },
          },
          {
            type: 'object',
            required: ['bank', 'country'],
            properties: { bank: { type: 'string' }, country: { type: 'string' } },
          },
        ],
      },
    },
  },
};
const of = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const errors = (name: string, value: unknown, options?: Parameters<typeof schemaErrors>[3]) =>
  schemaErrors(root, of(name), value, options).map(({ path, message }) => `${path}: ${message}`);

describe('schemaErrors', () => {
  it.each([
    ['a person', 'person', { name: 'Ada', born: '1815-12-10', handle: 'A' }],
    ['null where it may be', 'person', { name: 'Ada', age: null, boss: null }],
    ['what two alternatives of oneOf allow', 'person', { name: 'Ada', kind: 'a' }],
    ['circles', 'worker', { name: 'Ada', wage: 3, boss: { name: 'Bo', boss: { name: 'Cy' } } }],
  ])('finds nothing wrong with %s', (_what, name, value) => expect(errors(name, value)).toEqual([]));

  it.each([
    ['a missing field that is not read-only', 'person', {}, ['name: is required']],
    ['a limit itself where it is out', 'person', { name: 'Ada', age: 0 }, ['age: must be > 0']],
    ['a format', 'person', { name: 'Ada', born: '10.12.1815' }, ['born: must match format "date"']],
    [
      'what is wrong below',
      'person',
      { name: 'Ada', team: [{ name: 'B' }] },
      ['team[0].name: must NOT have fewer than 2 characters'],
    ],
    ['what is wrong in a part', 'worker', { name: 'Ada', wage: 'much' }, ['wage: must be number']],
    ['the nearest of several alternatives', 'either', { bank: 'x' }, ['country: is required']],
    [
      'what is wrong with a derived type',
      'person',
      { name: 'Ada', '@odata.type': '#acme.chief', since: 'x' },
      ['since: must be integer'],
    ],
    ['an object in the place of null', 'person', { name: 'Ada', boss: {} }, ['boss.name: is required']],
  ])('finds %s', (_what, name, value, expected) => expect(errors(name, value)).toEqual(expected));

  it('reads what was text on the wire', () => {
    expect(errors('person', { name: 'Ada', age: '5' })).toEqual(['age: must be integer']);
    expect(errors('person', { name: 'Ada', age: '5' }, { text: true })).toEqual([]);
    expect(errors('person', { name: 'Ada', age: 'five' }, { text: true })).toEqual(['age: must be integer']);
  });

  it('requires nothing of an answer', () => {
    expect(errors('person', {}, { direction: 'response' })).toEqual([]);
    expect(errors('person', { name: 1 }, { direction: 'response' })).toEqual(['name: must be string']);
  });
});

describe('unknownFields', () => {
  it.each([
    ['a wrong name', 'person', { name: 'Ada', nmae: 1, '@odata.etag': 'x' }, ['nmae']],
    [
      'a wrong name below',
      'worker',
      { wage: 1, team: [{}, { nick: 1 }], boss: { nick: 2 } },
      ['team[1].nick', 'boss.nick'],
    ],
    ['nothing that a derived type has', 'person', { name: 'Ada', '@odata.type': '#acme.chief', since: 3 }, []],
    ['nothing in a free object', 'free', { anything: { at: 'all' } }, []],
    ['nothing where others are allowed', 'labels', { b: 'x' }, []],
    [
      'fields that no alternative has',
      'either',
      { card: { number: 1, cvc: 2 }, bank: 'x', iban: 'y' },
      ['card.cvc', 'iban'],
    ],
  ])('finds %s', (_what, name, value, expected) => expect(unknownFields(root, of(name), value)).toEqual(expected));
});
