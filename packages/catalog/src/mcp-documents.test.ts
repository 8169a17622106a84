import { describe, expect, it } from 'vitest';
import { type BrokenCase, edited, issuesIn } from './broken-documents.fixture.ts';
import { normaliseDocument } from './normalise-document.ts';

type Tree = Record<string, unknown>;

function overHttp(): Tree {
  return {
    id: 'desk',
    name: 'Desk',
    version: '1.0.0',
    category: 'helpdesk',
    description: 'A desk.',
    mcp: { url: 'https://{site}.desk.example/v1/mcp' },
    auth: { type: 'bearer' },
    variables: { site: { pattern: '^[a-z0-9-]{1,40}$' } },
    tools: {
      add: {
        title: 'Add',
        description: 'Adds.',
        risk: 'write',
        mcp: { tool: 'add-ticket', digest: 'a'.repeat(64) },
        parameters: {
          subject: { type: 'string', required: true, 'x-name': 'ticket.subject' },
          source: { 'x-const': 'voice' },
        },
      },
    },
  };
}

const asProgram = (over: Tree = {}): Tree => ({
  ...overHttp(),
  variables: undefined,
  mcp: { command: 'desk', args: ['--fast'], env: { DESK_KEY: '{token}' } },
  ...over,
});

describe('a document of an MCP server', () => {
  it.each([
    ['https://{site}.desk.example/v1/mcp', 'https://{site}.desk.example/v1', '/mcp'],
    ['https://{site}.desk.example', 'https://{site}.desk.example', '/'],
    ['https://{site}.desk.example/mcp/', 'https://{site}.desk.example/mcp', '/'],
  ])('at %s gets its base_url and a request for each tool', (url, base, path) => {
    const normalised = normaliseDocument({ ...overHttp(), mcp: { url } });
    expect(normalised).toMatchObject({
      ok: true,
      document: { base_url: base, tools: { add: { request: { method: 'POST', path, body: 'json' } } } },
    });
    if (normalised.ok) expect(normaliseDocument(normalised.document)).toEqual(normalised);
  });

  it('may be a program, whose address no request can reach', () => {
    expect(normaliseDocument(asProgram())).toMatchObject({
      ok: true,
      document: { base_url: 'https://desk.stdio.invalid' },
    });
  });

  it.each<BrokenCase>([
    ['a URL and a program', 'mcp', { 'mcp.command': 'desk' }],
    ['neither', 'mcp', { 'mcp.url': undefined }],
    ['arguments for a URL', 'mcp', { 'mcp.args': ['x'] }],
    ['a misspelt field', 'mcp.ulr', { 'mcp.ulr': 'x' }],
    ['an address without https', 'mcp.url', { 'mcp.url': 'http://{site}.desk.example/mcp' }],
    ['a variable nobody declared', 'mcp.url', { 'mcp.url': 'https://{tenant}.desk.example/mcp' }],
    ['a host the credential may not go to', 'mcp.url', { 'auth.hosts': ['other.example'] }],
    ['signatures of AWS', 'auth.type', { auth: { type: 'aws_sigv4', service: 'x', region: 'eu-west-1' } }],
    ['another base_url', 'base_url', { base_url: 'https://other.desk.example' }],
    ['a header of the protocol', 'headers.Mcp-Session-Id', { headers: { 'Mcp-Session-Id': 'x' } }],
    [
      'a tool that says no tool of the server',
      'tools.add',
      { 'tools.add.mcp': undefined, 'tools.add.request': { method: 'GET', path: '/x' } },
    ],
    ['a request of its own', 'tools.add.request', { 'tools.add.request': { method: 'GET', path: '/x' } }],
    ['steps beside it', 'tools.add', { 'tools.add.steps': [{ id: 'one', request: { method: 'GET', path: '/x' } }] }],
    ['a digest that is none', 'tools.add.mcp.digest', { 'tools.add.mcp.digest': 'abc' }],
    ['an argument in a header', 'tools.add.parameters.subject.x-in', { 'tools.add.parameters.subject.x-in': 'header' }],
    [
      'arguments that are no object',
      'tools.add.parameters.subject.type',
      { 'tools.add.parameters': { subject: { type: 'string', 'x-in': 'body_root' } } },
    ],
    ['a key in a header', 'tools.add.idempotency.kind', { 'tools.add.idempotency': { kind: 'header', name: 'Key' } }],
    ['an answer that streams', 'tools.add.response.stream', { 'tools.add.response': { stream: 'ndjson' } }],
    ['no server', 'tools.add.mcp', { mcp: undefined, base_url: 'https://desk.example' }],
  ])('may not have %s', (_what, issue, edits) => {
    expect(issuesIn(edited(overHttp(), edits)).map(({ path }) => path)).toContain(issue);
  });

  it.each<[string, string, Tree]>([
    ['a path for a name', 'mcp.command', { mcp: { command: '/opt/desk' } }],
    ['a credential that goes nowhere', 'mcp.env', { mcp: { command: 'desk' } }],
    ['a variable without a credential', 'mcp.env', { auth: { type: 'none' } }],
    ['hosts', 'auth.hosts', { auth: { type: 'bearer', hosts: ['desk.stdio.invalid'] } }],
    ['headers', 'headers', { headers: { 'X-Desk': '1' } }],
  ])('that is a program may not have %s', (_what, issue, over) => {
    expect(issuesIn(asProgram(over)).map(({ path }) => path)).toContain(issue);
  });
});
