import { describe, expect, it } from 'vitest';
import { prepareTool } from '../prepare/prepare-tool.ts';
import { answer, benchOf, documentOf, failure, issuesIn, previewOf, toolOf } from '../tools.test-support.ts';

type StepInput = NonNullable<Parameters<typeof toolOf>[0]['steps']>[number];

const auth = { type: 'bearer' as const, hosts: ['api.acme.com', 'files.acme.com'] };
const steps: StepInput[] = [
  {
    id: 'ticket',
    request: { method: 'POST' as const, path: '/upload-url', body: 'form' as const },
    parameters: { filename: {}, length: { 'x-template': '{content|byte_length}' } },
  },
  {
    id: 'upload',
    url_from: 'steps.ticket.upload_url',
    request: { method: 'POST' as const, path: '/', body: 'raw' as const },
    parameters: { content: { 'x-in': 'body_root' as const } },
    auth: false,
  },
  {
    id: 'publish',
    request: { method: 'POST' as const, path: '/channels/{channel}/complete' },
    parameters: {
      channel: {},
      file: { 'x-from': 'steps.ticket.file_id', 'x-name': 'files[0].id', required: true },
      maybe: { 'x-from': 'steps.upload.nothing' },
    },
    errors: [{ when: 'ok = false', code: 'upstream_error' as const }],
  },
];
const parameters = {
  filename: { type: 'string', required: true },
  content: { type: 'string', required: true },
  channel: { default: 'general' },
};
const upload = toolOf(
  { steps, parameters, response: { pick: { file: 'file.id', ticket: 'steps.ticket.file_id' } } },
  { auth },
);
const args = { filename: 'a b.txt', content: 'héllo' };
const ticket = answer(200, { upload_url: 'https://files.acme.com/up/1?sig=a%2Fb#f', file_id: 'F1' });
const stored = answer(200, 'OK - 6');

describe('a tool of several steps', () => {
  it('makes its calls in order, each with what the ones before answered', async () => {
    const bench = benchOf([ticket, stored, answer(200, { ok: true, file: { id: 'F1' } })]);
    const outcome = await bench.execute(upload, { arguments: args });
    expect(outcome).toMatchObject({ status: 'succeeded', attempts: 3, output: { file: 'F1', ticket: 'F1' } });
    expect(bench.requests.map(({ method, url, body, headers }) => [method, url, body, headers.authorization])).toEqual([
      ['POST', 'https://api.acme.com/v1/upload-url', 'filename=a%20b.txt&length=6', 'Bearer token-0123456789'],
      ['POST', 'https://files.acme.com/up/1?sig=a%2Fb', 'héllo', undefined],
      [
        'POST',
        'https://api.acme.com/v1/channels/general/complete',
        '{"files":[{"id":"F1"}]}',
        'Bearer token-0123456789',
      ],
    ]);
  });

  it('numbers attempts over all steps', async () => {
    const numbers: number[] = [];
    const bench = benchOf([answer(429), ticket, stored, answer(200, { ok: true })]);
    await bench.execute(upload, { arguments: args, onAttempt: ({ number }) => void numbers.push(number) });
    expect(numbers).toEqual([1, 2, 3, 4]);
  });

  it('gives each step a key of its own', async () => {
    const keyed = toolOf({ steps, parameters, idempotency: { kind: 'header' } }, { auth });
    const bench = benchOf([ticket, stored, answer(200, { ok: true })]);
    await bench.execute(keyed, { arguments: args, idempotencyKey: 'toolu_1' });
    const keys = bench.requests.map((request) => request.headers['idempotency-key']);
    expect(new Set(keys).size).toBe(3);
    expect(keys.every((key) => key !== undefined && /^[0-9a-f]{32}$/.test(key))).toBe(true);
  });

  it.each([
    [[answer(400)], 'failed', 'upstream_error', [], 'ticket'],
    [[ticket, answer(400)], 'failed', 'upstream_error', ['ticket'], 'upload'],
    [[ticket, answer(429)], 'failed', 'rate_limited', ['ticket'], 'upload'],
    [[ticket, stored, answer(200, { ok: false })], 'failed', 'upstream_error', ['ticket', 'upload'], 'publish'],
    [
      [ticket, stored, failure('connection_lost', true)],
      'outcome_unknown',
      'outcome_unknown',
      ['ticket', 'upload'],
      'publish',
    ],
    [[ticket, stored, failure('denied', false)], 'outcome_unknown', 'outcome_unknown', ['ticket', 'upload'], 'publish'],
    [[ticket, failure('deadline', false)], 'outcome_unknown', 'outcome_unknown', ['ticket'], 'upload'],
    [[ticket, failure('aborted', false)], 'outcome_unknown', 'outcome_unknown', ['ticket'], 'upload'],
  ] as const)(
    'tells which step failed and which had taken effect (%#)',
    async (script, status, code, completed, failedStep) => {
      const outcome = await benchOf(script).execute(upload, { arguments: args });
      expect(outcome).toMatchObject({
        status,
        error: {
          code,
          retryable: completed.length === 0 ? expect.any(Boolean) : false,
          details: { failed_step: failedStep, completed_steps: completed },
        },
      });
    },
  );

  it('is refused whole when the first step is', async () => {
    const outcome = await benchOf([ticket]).execute(upload, { arguments: args, credential: null });
    expect(outcome).toMatchObject({
      status: 'refused',
      attempts: 0,
      error: { code: 'connection_missing', details: { failed_step: 'ticket', completed_steps: [] } },
    });
  });

  it('calls a step refused after reads failed, since nothing had an effect', async () => {
    const reading = toolOf(
      {
        steps: [
          { id: 'a', request: { method: 'GET', path: '/a' } },
          {
            id: 'b',
            request: { method: 'POST', path: '/{x}' },
            parameters: { x: { 'x-from': 'steps.a.gone', required: true } },
          },
        ],
      },
      { auth },
    );
    const outcome = await benchOf([answer(200, {})]).execute(reading);
    expect(outcome).toMatchObject({
      status: 'failed',
      attempts: 1,
      error: { code: 'response_invalid', message: "Step 'a' answered without 'gone', which a later step needs." },
    });
    expect(await benchOf([answer(503), answer(200, { gone: 'y' })]).execute(reading)).toMatchObject({
      status: 'succeeded',
      attempts: 3,
    });
  });

  it.each([
    ['https://evil.com/up', 'cause', 'egress_denied'],
    ['https://user@files.acme.com/up', 'cause', 'egress_denied'],
    ['ftp://files.acme.com/up', 'cause', 'egress_denied'],
  ])('never follows an upstream to %s', async (url, _key, cause) => {
    const bench = benchOf([answer(200, { upload_url: url, file_id: 'F1' }), stored]);
    const outcome = await bench.execute(upload, { arguments: args });
    expect(outcome).toMatchObject({
      status: 'outcome_unknown',
      attempts: 1,
      error: { details: { cause, failed_step: 'upload' } },
    });
    expect(JSON.stringify(outcome)).not.toContain(url);
  });

  it.each([{}, { upload_url: 'not a url' }, { upload_url: 7 }])('fails when %j names no URL', async (body) => {
    const outcome = await benchOf([answer(200, body)]).execute(upload, { arguments: args });
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'response_invalid', retryable: false } });
  });

  it('previews its first step and names the others', () => {
    expect(previewOf(upload, args)).toMatchObject({
      url: 'https://api.acme.com/v1/upload-url',
      further_steps: ['upload', 'publish'],
    });
  });

  it('keeps the credential out of picked answers of earlier steps', async () => {
    const tool = toolOf(
      {
        steps: [steps[0] as StepInput, { id: 'end', request: { method: 'GET', path: '/x' } }],
        parameters,
        response: { pick: ['steps.ticket.echo'] },
      },
      { auth },
    );
    const outcome = await benchOf([answer(200, { echo: 'Bearer token-0123456789' }), answer(200, [1])]).execute(tool, {
      arguments: args,
    });
    expect(outcome.output).toEqual({ steps: { ticket: { echo: 'Bearer [secret]' } } });
  });
});

describe('steps in documents', () => {
  const get = { method: 'GET' as const, path: '/x' };

  it.each([
    [{ url_from: 'steps.nope.url' }, "tools.do_it.steps[1].url_from: 'nope' is not a step before this one"],
    [{ url_from: 'a.b' }, 'tools.do_it.steps[1].url_from: must be of the form steps.<id>.<path>'],
    [{ id: 'a' }, 'tools.do_it.steps[1].id: is the id of an earlier step'],
    [
      { parameters: { p: {} } },
      'tools.do_it.steps[1].parameters.p: is neither an argument of the tool nor given a value',
    ],
    [
      { parameters: { p: { 'x-from': 'steps.b.x' } } },
      "tools.do_it.steps[1].parameters.p.x-from: names 'b', which is not a step before this one",
    ],
    [
      { parameters: { p: { 'x-from': 'steps.a' } } },
      'tools.do_it.steps[1].parameters.p.x-from: must be argument.<name>, connection.<variable>, clock.<form>, caller.<part> or, in a step, steps.<id>.<path>',
    ],
    [
      { errors: [{ when: '?', code: 'internal' as const }] },
      'tools.do_it.steps[1].errors[0].when: expected a comparison such as = at the end',
    ],
  ])('%j is refused', (second, issue) => {
    expect(
      issuesIn(
        {
          steps: [
            { id: 'a', request: get },
            { id: 'b', request: get, ...second },
          ],
        },
        { auth },
      ),
    ).toContain(issue);
  });

  it('may not be asked of a document that has no such tool', () => {
    expect(() => prepareTool(documentOf({}), 'other')).toThrow("The integration 'acme' has no tool 'other'.");
    expect(() => prepareTool(documentOf({}), 'constructor')).toThrow('has no tool');
  });
});
