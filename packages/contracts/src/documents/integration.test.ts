import { describe, expect, test } from 'vitest';
import { IntegrationDocument, SingleToolDocument, toolNameOf } from '../index.ts';

const request = { method: 'GET', path: '/ping' };
const tool = { title: 'Ping', description: 'Pings.', risk: 'read', request };
const document = {
  id: 'weather',
  name: 'Weather',
  version: '1.0.0',
  category: 'other',
  description: 'Weather.',
  base_url: 'https://weather.example.com',
  auth: { type: 'none' },
  tools: { ping: tool },
};
const problemsOf = (value: unknown) =>
  IntegrationDocument.safeParse(value).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);

describe('an integration document', () => {
  test('takes the defaults of what it leaves out', () => {
    expect(IntegrationDocument.parse(document)).toMatchObject({
      timeout_ms: 10_000,
      retry: { max_attempts: 3, backoff: 'exponential', base_ms: 100, cap_ms: 5_000 },
      errors: [],
      tools: { ping: { idempotency: { kind: 'none' }, parameters: {}, response: {}, examples: [] } },
    });
  });

  test.each([
    ['no tools', { tools: {} }, 'tools: an integration needs at least one tool'],
    ['a field of no meaning', { tols: {} }, ': Unrecognized key: "tols"'],
    [
      'a tool with neither request nor steps',
      { tools: { ping: { ...tool, request: undefined } } },
      'tools.ping: give exactly one of request, steps and mcp',
    ],
    [
      'a tool with both',
      { tools: { ping: { ...tool, steps: [{ id: 'one', request }] } } },
      'tools.ping: give exactly one of request, steps and mcp',
    ],
    [
      'a path with a query',
      { tools: { ping: { ...tool, request: { method: 'GET', path: '/ping?a=1' } } } },
      "tools.ping.request.path: expected a path that begins with '/' and holds no query",
    ],
    [
      'a base URL of another scheme',
      { base_url: 'ftp://x' },
      'base_url: expected an absolute http(s) URL without query',
    ],
    [
      'a credential host that is a URL',
      { auth: { type: 'bearer', hosts: ['https://a.example.com'] } },
      'auth.hosts.0: expected a host such as api.example.com, or *.example.com',
    ],
  ])('with %s is refused by the path of what is wrong', (_what, over, problem) => {
    expect(problemsOf({ ...document, ...over })).toEqual([problem]);
  });

  test.each([
    ['what a tool is called by', undefined, 'weather_ping'],
    ['its own name', 'forecast', 'forecast'],
  ])('gives %s', (_what, name, expected) => {
    const parsed = IntegrationDocument.parse({ ...document, tools: { ping: { ...tool, ...(name && { name }) } } });
    expect(toolNameOf(parsed, 'ping')).toBe(expected);
    expect(toolNameOf({ id: 'weather' }, 'ping', parsed.tools.ping)).toBe(expected);
  });
});

describe('a single-tool document', () => {
  const single = {
    id: 'slack_post_message',
    name: 'Post to Slack',
    category: 'communication',
    description: 'Posts a message.',
    auth_type: 'oauth2',
    base_url: 'https://slack.com/api',
    endpoints: { post_message: { method: 'post', path: '/chat.postMessage', parameters: { text: {} } } },
    retry_config: {},
  };

  test('takes the defaults of what it leaves out', () => {
    expect(SingleToolDocument.parse(single)).toMatchObject({
      version: '1.0.0',
      endpoints: { post_message: { parameters: { text: { type: 'string', required: false } } } },
      retry_config: { max_attempts: 3, backoff: 'exponential' },
    });
  });

  test.each([
    [{ endpoints: {} }, 'a tool needs at least one endpoint'],
    [{ endpoints: { a: { method: 'fetch', path: '/a' } } }, 'expected get, head, post, put, patch or delete'],
  ])('is refused with %j', (over, message) => {
    expect(SingleToolDocument.safeParse({ ...single, ...over }).error?.issues[0]?.message).toBe(message);
  });
});
