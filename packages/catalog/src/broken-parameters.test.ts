import { describe, expect, it } from 'vitest';
import { type BrokenCase, edited, issuesIn, soundDocument } from './broken-documents.fixture.ts';

const at = 'tools.add.parameters';
const self = { type: 'object', properties: { o: { $ref: '#' } } };

const schemas: BrokenCase[] = [
  ['a type that does not exist', `${at}.subject.type`, { [`${at}.subject.type`]: 'text' }],
  ['a listed type that does not exist', `${at}.subject.type[1]`, { [`${at}.subject.type`]: ['string', 'nil'] }],
  ['a keyword nobody knows', `${at}.subject.max_length`, { [`${at}.subject.max_length`]: 3 }],
  ['a keyword with a wrong value', `${at}.subject.maxLength`, { [`${at}.subject.maxLength`]: -1 }],
  [
    'an extension below the parameter',
    `${at}.tags.items.x-name`,
    { [`${at}.tags`]: { type: 'array', items: { type: 'string', 'x-name': 't' } } },
  ],
  ['a format nobody checks', `${at}.subject.format`, { [`${at}.subject.format`]: 'phone' }],
  ['a remote reference', `${at}.o.$ref`, { [`${at}.o`]: { $ref: 'https://evil.example/schema.json' } }],
  ['a reference to nothing', `${at}.o.$ref`, { [`${at}.o`]: { $ref: '#/$defs/none' } }],
  ['a reference to a name', `${at}.o.$ref`, { [`${at}.o`]: { $ref: '#name' } }],
  ['a reference to itself', `${at}.o.properties.o.$ref`, { [`${at}.o`]: self }],
  ['a schema that is a list', `${at}.o.items`, { [`${at}.o`]: { type: 'array', items: ['string'] } }],
  ['a bad alternative', `${at}.o.anyOf[1].type`, { [`${at}.o`]: { anyOf: [{ type: 'string' }, { type: 'text' }] } }],
  ['a pattern that is none', `${at}.subject.pattern`, { [`${at}.subject.pattern`]: '(' }],
  ['a pattern that explodes', `${at}.subject.pattern`, { [`${at}.subject.pattern`]: '^(a+)+$' }],
  [
    'a pattern on names that explodes',
    `${at}.o.patternProperties.^(a|a)*$`,
    { [`${at}.o`]: { type: 'object', patternProperties: { '^(a|a)*$': {} } } },
  ],
  ['a default that does not fit', `${at}.requester.default`, { [`${at}.requester.default`]: 7 }],
];

const values: BrokenCase[] = [
  ['two fixed values', `${at}.source.x-template`, { [`${at}.source.x-template`]: '{subject}' }],
  ['a fixed value that is required', `${at}.source.required`, { [`${at}.source.required`]: true }],
  ['a condition on a visible parameter', `${at}.subject.x-when`, { [`${at}.subject.x-when`]: 'requester' }],
  ['a condition on no argument', `${at}.source.x-when`, { [`${at}.source.x-when`]: 'nobody' }],
  ['a condition on a hidden parameter', `${at}.t.x-when`, { [`${at}.t`]: { 'x-const': 1, 'x-when': 'source' } }],
  ['a template over no argument', `${at}.t.x-template`, { [`${at}.t.x-template`]: 'x {nobody}' }],
  ['a template over a hidden parameter', `${at}.t.x-template`, { [`${at}.t.x-template`]: '{source}' }],
  ['a filter that does not exist', `${at}.t.x-template`, { [`${at}.t.x-template`]: '{subject|upper}' }],
  ['an unquoted value between quotes', `${at}.t.x-template`, { [`${at}.t.x-template`]: "WHERE a = '{subject}'" }],
  ['a name that is none', `${at}.t.x-template`, { [`${at}.t.x-template`]: '{sub ject}' }],
  ['a stray brace', `${at}.t.x-template`, { [`${at}.t.x-template`]: 'a } b' }],
  ['a source that is none', `${at}.t.x-from`, { [`${at}.t.x-from`]: 'env.HOME' }],
  ['a source that is no variable', `${at}.t.x-from`, { [`${at}.t.x-from`]: 'connection.region' }],
  ['a source below a variable', `${at}.t.x-from`, { [`${at}.t.x-from`]: 'connection.site.x' }],
  ['a step as source outside steps', `${at}.t.x-from`, { [`${at}.t.x-from`]: 'steps.ask.id' }],
  ['an argument nothing sends', `${at}.lost`, { [`${at}.lost`]: { type: 'string', 'x-in': 'none' } }],
  ['a prototype’s name', `${at}.constructor`, { [`${at}.constructor`]: { type: 'string' } }],
];

describe.each([
  ['a schema', schemas],
  ['a fixed value', values],
])('normaliseDocument of %s', (_group, cases) => {
  it.each(cases)('names the place of %s: %s', (_what, issue, edits) => {
    const issues = issuesIn(edited(soundDocument(), edits));
    expect(issues.map(({ path }) => path)).toContain(issue);
    // At most one for each parameter of a tool, or a reader would hunt for faults that are not there.
    expect(issues.length, JSON.stringify(issues)).toBeLessThanOrEqual(3);
  });
});
