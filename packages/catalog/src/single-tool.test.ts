import { describe, expect, it } from 'vitest';
import { type BrokenCase, edited, issuesIn } from './broken-documents.fixture.ts';
import { digestOf, exportTool, inputSchemaOf, normaliseDocument, parseDocumentText, toolNamesOf } from './index.ts';

/** The original specification's own example, character for character. */
const specified =
  '{"id":"slack_post_message","name":"Post to Slack","category":"communication","description":"Posts a message to a Slack channel","auth_type":"oauth2","base_url":"https://slack.com/api","endpoints":{"post_message":{"method":"post","path":"/chat.postMessage","parameters":{"channel":{"type":"string","required":true},"text":{"type":"string","required":true},"thread_ts":{"type":"string","required":false}}}},"rate_limits":{"requests_per_minute":60,"burst_size":10},"timeout":5000,"retry_config":{"max_attempts":3,"backoff":"exponential"}}';

function normalised(input: unknown) {
  const result = normaliseDocument(input);
  if (!result.ok) throw new Error(JSON.stringify(result.issues));
  return result;
}

describe('the single-tool form', () => {
  it('registers as the specification writes it, callable by its id', () => {
    const { document, form, warnings } = normalised(parseDocumentText(specified));
    expect(form).toBe('single_tool');
    expect(toolNamesOf(document)).toEqual(['slack_post_message']);
    expect(warnings.map(({ path }) => path)).toEqual(['auth_type']);
    expect(document).toMatchObject({
      id: 'slack_post_message',
      version: '1.0.0',
      category: 'communication',
      timeout_ms: 5000,
      rate_limits: { requests_per_minute: 60, burst_size: 10 },
      retry: { max_attempts: 3, backoff: 'exponential' },
      tools: {
        post_message: {
          risk: 'write',
          request: { method: 'POST', path: '/chat.postMessage' },
          idempotency: { kind: 'none' },
        },
      },
    });
  });

  it('gives a model the three arguments and their required list', () => {
    const { document } = normalised(JSON.parse(specified));
    expect(inputSchemaOf(document, 'post_message')).toEqual({
      type: 'object',
      properties: { channel: { type: 'string' }, text: { type: 'string' }, thread_ts: { type: 'string' } },
      required: ['channel', 'text'],
      additionalProperties: false,
    });
    expect(exportTool(document, 'post_message', 'anthropic')).toMatchObject({
      name: 'slack_post_message',
      strict: true,
    });
  });

  it('takes ok: false in a 200 answer for a failure', () => {
    expect(normalised(JSON.parse(specified)).document.errors).toEqual([
      { when: 'ok = false', code: 'upstream_error', message: 'error' },
    ]);
  });

  it('is the same document as YAML', () => {
    const yaml = `
id: slack_post_message
name: Post to Slack
category: communication
description: Posts a message to a Slack channel
auth_type: oauth2
base_url: https://slack.com/api
endpoints:
  post_message:
    method: post
    path: /chat.postMessage
    parameters:
      channel: { type: string, required: true }
      text: { type: string, required: true }
      thread_ts: { type: string, required: false }
rate_limits: { requests_per_minute: 60, burst_size: 10 }
timeout: 5000
retry_config: { max_attempts: 3, backoff: exponential }
`;
    expect(digestOf(normalised(parseDocumentText(yaml)).document)).toBe(
      digestOf(normalised(JSON.parse(specified)).document),
    );
  });

  it('is a sound integration document once normalised', () => {
    const { document } = normalised(JSON.parse(specified));
    const again = normalised(document);
    expect(again.form).toBe('integration');
    expect(digestOf(again.document)).toBe(digestOf(document));
  });

  it('names several endpoints after the id and the endpoint, with risk by method', () => {
    const { document } = normalised({
      ...JSON.parse(specified),
      id: 'crm',
      endpoints: {
        getContact: {
          method: 'GET',
          path: '/contacts/{id}',
          description: 'Reads a contact.',
          parameters: { id: { type: 'string', required: true } },
        },
        'remove-contact': { method: 'delete', path: '/contacts/{id}', parameters: { id: { required: true } } },
        add: { method: 'Post', path: '/contacts' },
      },
    });
    expect(toolNamesOf(document)).toEqual(['crm_get_contact', 'crm_remove_contact', 'crm_add']);
    expect(Object.values(document.tools).map(({ risk }) => risk)).toEqual(['read', 'destructive', 'write']);
    expect(document.tools['get_contact']).toMatchObject({
      description: 'Reads a contact.',
      idempotency: { kind: 'natural' },
    });
    expect(document.tools['add']?.description).toBe('Posts a message to a Slack channel (add)');
    // A parameter without a type is a string, as the form's own default says.
    expect(inputSchemaOf(document, 'remove_contact').properties).toEqual({ id: { type: 'string' } });
  });

  it('keeps what it understands of a richer document and warns of the rest', () => {
    const input = { ...JSON.parse(specified), category: 'chatops', owner: 'team-a', version: '2.1.0' };
    input.endpoints.post_message.deprecated = true;
    const { document, warnings } = normalised(input);
    expect(document).toMatchObject({ version: '2.1.0', category: 'other' });
    expect(warnings.map(({ path }) => path)).toEqual([
      'owner',
      'endpoints.post_message.deprecated',
      'category',
      'auth_type',
    ]);
  });

  it('names an issue of another auth field by auth_type', () => {
    const result = normaliseDocument({ ...JSON.parse(specified), auth_type: 'custom' });
    expect(result).toMatchObject({ ok: false, issues: [{ path: 'auth_type' }] });
  });
});

const channel = 'endpoints.post_message.parameters.channel';
const broken: BrokenCase[] = [
  ['a parameter type that does not exist', `${channel}.type`, { [`${channel}.type`]: 'text' }],
  ['an unknown parameter keyword', `${channel}.max`, { [`${channel}.max`]: 3 }],
  ['a placeholder nobody fills', 'endpoints.post_message.path', { 'endpoints.post_message.path': '/chat/{room}' }],
  ['a path without its slash', 'endpoints.post_message.path', { 'endpoints.post_message.path': 'chat' }],
  ['a method that does not exist', 'endpoints.post_message.method', { 'endpoints.post_message.method': 'send' }],
  ['a missing method', 'endpoints.post_message.method', { 'endpoints.post_message.method': undefined }],
  ['no endpoint', 'endpoints', { endpoints: {} }],
  ['a missing id', 'id', { id: undefined }],
  ['an id that is no name', 'id', { id: 'Slack Post' }],
  ['an auth type that does not exist', 'auth_type', { auth_type: 'magic' }],
  ['an auth type the form cannot complete', 'auth_type', { auth_type: 'custom' }],
  ['a base URL that is none', 'base_url', { base_url: 'slack.com' }],
  ['a base URL in clear', 'base_url', { base_url: 'http://slack.com/api' }],
  ['a timeout of nothing', 'timeout', { timeout: 0 }],
  ['a timeout past two minutes', 'timeout', { timeout: 600_000 }],
  ['too many attempts', 'retry_config.max_attempts', { retry_config: { max_attempts: 50 } }],
  ['an unknown retry field', 'retry_config.jitter', { retry_config: { jitter: true } }],
  ['a rate below nothing', 'rate_limits.requests_per_minute', { rate_limits: { requests_per_minute: -1 } }],
  ['an endpoint name that is none', 'endpoints.1', { 'endpoints.1': { method: 'get', path: '/' } }],
  ['two endpoints of one name', 'endpoints.postMessage', { 'endpoints.postMessage': { method: 'get', path: '/' } }],
  ['a version that is none', 'version', { version: 'latest' }],
];

describe('a broken single-tool document', () => {
  it.each(broken)('names %s where it stands in the input: %s', (_what, issue, edits) => {
    const issues = issuesIn(edited(JSON.parse(specified), edits));
    expect(issues.map(({ path }) => path)).toContain(issue);
    // At most one for each parameter of a tool, or a reader would hunt for faults that are not there.
    expect(issues.length, JSON.stringify(issues)).toBeLessThanOrEqual(3);
  });
});
