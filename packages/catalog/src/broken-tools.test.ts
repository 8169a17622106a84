import { describe, expect, it } from 'vitest';
import { type BrokenCase, edited, issuesIn, soundDocument } from './broken-documents.fixture.ts';

const get = 'tools.get';
const add = 'tools.add';
const attach = 'tools.attach';
const key = 't'.repeat(40);
const probe = { tool: 'get', arguments: { ticket_id: { from: 'subject' } }, happened: 'exists(id)' };

const shapes: BrokenCase[] = [
  ['a tool key with a dash', 'tools.get-it', { 'tools.get-it': { ...Object(soundDocument().tools).get } }],
  ['an unknown field', `${get}.request.verb`, { [`${get}.request.verb`]: 'GET' }],
  ['neither request nor steps', get, { [`${get}.request`]: undefined }],
  ['a method that does not exist', `${get}.request.method`, { [`${get}.request.method`]: 'FETCH' }],
  ['one name for two tools', `${add}.name`, { [`${add}.name`]: 'desk_get' }],
  [
    'a name that gets too long',
    `tools.${key}`,
    { id: 'd'.repeat(30), [`tools.${key}`]: Object(soundDocument().tools).get },
  ],
  ['a key without its name', `${add}.idempotency.name`, { [`${add}.idempotency.name`]: undefined }],
  ['a key in a transport header', `${add}.idempotency.name`, { [`${add}.idempotency.name`]: 'Content-Length' }],
  ['a key name without a key', `${get}.idempotency.name`, { [`${get}.idempotency.name`]: 'x' }],
  ['a body key on a GET', `${get}.idempotency.kind`, { [`${get}.idempotency`]: { kind: 'field', name: 'key' } }],
  [
    'a body key that is no field',
    `${add}.idempotency.name`,
    { [`${add}.idempotency`]: { kind: 'field', name: 'a..b' } },
  ],
  ['a write that is cached', `${add}.cache`, { [`${add}.cache`]: { ttl_ms: 1_000 } }],
  ['a cache without its time', `${get}.cache.ttl_ms`, { [`${get}.cache`]: { single_flight: true } }],
  ['a write that is hedged', `${add}.retry.hedge`, { [`${add}.retry`]: { hedge: true } }],
  ['a pick that is no path', `${add}.response.pick.id`, { [`${add}.response.pick.id`]: 'ticket..id' }],
  ['an output that is no object', `${add}.output.type`, { [`${add}.output`]: { type: 'array' } }],
  [
    'an output with a wrong schema',
    `${add}.output.properties.a.type`,
    { [`${add}.output`]: { type: 'object', properties: { a: { type: 'text' } } } },
  ],
  ['a probe by a tool that acts', `${add}.probe.tool`, { [`${add}.probe`]: { ...probe, tool: 'attach' } }],
  ['a probe of a read', `${get}.probe`, { [`${get}.probe`]: probe }],
  [
    'a probe with an argument that its tool has not',
    `${add}.probe.arguments.id`,
    { [`${add}.probe`]: { ...probe, arguments: { id: { from: 'subject' } } } },
  ],
  [
    'a probe with a value from nowhere',
    `${add}.probe.arguments.ticket_id.from`,
    { [`${add}.probe`]: { ...probe, arguments: { ticket_id: { from: 'nothing' } } } },
  ],
  ['a probe without a condition', `${add}.probe.happened`, { [`${add}.probe`]: { ...probe, happened: 'subject' } }],
  ['a probe with a bad absence', `${add}.probe.not_happened`, { [`${add}.probe`]: { ...probe, not_happened: '=' } }],
  ['a bad error rule', `${get}.errors[0].when`, { [`${get}.errors`]: [{ when: '', code: 'internal' }] }],
];

const paths: BrokenCase[] = [
  ['no slash', `${get}.request.path`, { [`${get}.request.path`]: 'tickets' }],
  ['a query', `${get}.request.path`, { [`${get}.request.path`]: '/tickets/{ticket_id}?x=1' }],
  ['a placeholder nobody fills', `${get}.request.path`, { [`${get}.request.path`]: '/tickets/{ticket_id}/{part}' }],
  ['a brace left open', `${get}.request.path`, { [`${get}.request.path`]: '/tickets/{ticket_id' }],
  ['a filter', `${get}.request.path`, { [`${get}.request.path`]: '/tickets/{ticket_id|url}' }],
  ['dots that climb', `${get}.request.path`, { [`${get}.request.path`]: '/a/../{ticket_id}' }],
  ['an optional parameter', `${get}.parameters.ticket_id`, { [`${get}.parameters.ticket_id.required`]: false }],
  [
    'a parameter it does not have',
    `${get}.parameters.part.x-in`,
    { [`${get}.parameters.part`]: { type: 'string', required: true, 'x-in': 'path' } },
  ],
  ['a parameter sent elsewhere', `${get}.parameters.ticket_id.x-in`, { [`${get}.parameters.ticket_id.x-in`]: 'query' }],
  [
    'a parameter with a wire name',
    `${get}.parameters.ticket_id.x-name`,
    { [`${get}.parameters.ticket_id.x-name`]: 'id' },
  ],
];

const bodies: BrokenCase[] = [
  [
    'fields on a GET',
    `${get}.parameters.note.x-in`,
    { [`${get}.parameters.note`]: { type: 'string', 'x-in': 'body' } },
  ],
  ['an encoding on a GET', `${get}.request.body`, { [`${get}.request.body`]: 'json' }],
  ['fields where there is none', `${add}.parameters.subject.x-in`, { [`${add}.request.body`]: 'none' }],
  ['fields in a raw one', `${add}.parameters.subject.x-in`, { [`${add}.request.body`]: 'raw' }],
  [
    'fields beside a whole one',
    `${add}.parameters.subject.x-in`,
    { [`${add}.parameters.all`]: { type: 'object', 'x-in': 'body_root' } },
  ],
  [
    'two parameters for one field',
    `${add}.parameters.title`,
    { [`${add}.parameters.title`]: { type: 'string', 'x-name': 'subject' } },
  ],
  [
    'a field inside another',
    `${add}.parameters.who`,
    { [`${add}.parameters.who`]: { type: 'string', 'x-name': 'requester.email.host' } },
  ],
  [
    'a list that is also spread',
    `${add}.parameters.b`,
    {
      [`${add}.parameters.a`]: { type: 'array', items: { type: 'string' }, 'x-name': 'people[].id' },
      [`${add}.parameters.b`]: { type: 'string', 'x-name': 'people[0].name' },
    },
  ],
  [
    'a wire name that is none',
    `${add}.parameters.requester.x-name`,
    { [`${add}.parameters.requester.x-name`]: 'a..b' },
  ],
  ['two spreads', `${add}.parameters.requester.x-name`, { [`${add}.parameters.requester.x-name`]: 'a[].b[]' }],
  [
    'a field of a prototype',
    `${add}.parameters.requester.x-name`,
    { [`${add}.parameters.requester.x-name`]: 'a.__proto__.b' },
  ],
];

const headers: BrokenCase[] = [
  [
    'of the HTTP layer',
    `${get}.parameters.h.x-name`,
    { [`${get}.parameters.h`]: { type: 'string', 'x-in': 'header', 'x-name': 'Host' } },
  ],
  [
    'that differ only in case',
    `${get}.parameters.b`,
    {
      [`${get}.parameters.a`]: { type: 'string', 'x-in': 'header', 'x-name': 'X-Trace' },
      [`${get}.parameters.b`]: { type: 'string', 'x-in': 'header', 'x-name': 'x-trace' },
    },
  ],
  [
    'whose cookie name is none',
    `${get}.parameters.c.x-name`,
    { [`${get}.parameters.c`]: { type: 'string', 'x-in': 'cookie', 'x-name': 'a b' } },
  ],
  ['over no variable', `${get}.request.headers.X-A`, { [`${get}.request.headers.X-A`]: '{nobody}' }],
  ['or queries over no variable', `${get}.request.query.a`, { [`${get}.request.query.a`]: '{nobody}' }],
];

const steps: BrokenCase[] = [
  [
    'a later step as source',
    `${attach}.steps[0].parameters.size.x-from`,
    { [`${attach}.steps[0].parameters.size`]: { 'x-from': 'steps.link.id' } },
  ],
  [
    'a parameter no argument feeds',
    `${attach}.steps[0].parameters.other`,
    { [`${attach}.steps[0].parameters.other`]: {} },
  ],
  ['an argument no step uses', `${attach}.parameters.note`, { [`${attach}.parameters.note`]: { type: 'string' } }],
  ['one id twice', `${attach}.steps[2].id`, { [`${attach}.steps[2].id`]: 'send' }],
  ['a URL from no earlier step', `${attach}.steps[1].url_from`, { [`${attach}.steps[1].url_from`]: 'steps.link.url' }],
  ['a path beside a URL', `${attach}.steps[1].request.path`, { [`${attach}.steps[1].request.path`]: '/x' }],
  [
    'an optional argument in a path',
    `${attach}.steps[2].parameters.ticket_id`,
    { [`${attach}.parameters.ticket_id.required`]: false },
  ],
  [
    'a key for all of them',
    `${attach}.idempotency.kind`,
    { [`${attach}.idempotency`]: { kind: 'header', name: 'X-Key' } },
  ],
  ['a pick from none of them', `${attach}.response.pick[1]`, { [`${attach}.response.pick[1]`]: 'steps.nobody.id' }],
  [
    'one response for all',
    `${attach}.examples[0].response`,
    { [`${attach}.examples`]: [{ arguments: {}, response: { status: 200 } }] },
  ],
  [
    'a response of none',
    `${attach}.examples[0].responses.nobody`,
    { [`${attach}.examples`]: [{ arguments: {}, responses: { nobody: { status: 200 } } }] },
  ],
  [
    'a bad error rule',
    `${attach}.steps[0].errors[0].when`,
    { [`${attach}.steps[0].errors`]: [{ when: 'x', code: 'internal' }] },
  ],
];

describe.each([
  ['a tool', shapes],
  ['a path with', paths],
  ['a body with', bodies],
  ['headers', headers],
  ['steps with', steps],
])('normaliseDocument of %s', (_group, cases) => {
  it.each(cases)('names the place of %s: %s', (_what, issue, edits) => {
    const issues = issuesIn(edited(soundDocument(), edits));
    expect(issues.map(({ path }) => path)).toContain(issue);
    // At most one for each parameter of a tool, or a reader would hunt for faults that are not there.
    expect(issues.length, JSON.stringify(issues)).toBeLessThanOrEqual(3);
  });
});
