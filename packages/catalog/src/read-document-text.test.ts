import { describe, expect, it } from 'vitest';
import { locateInText } from './locate-in-text.ts';
import { readDocumentText } from './read-document-text.ts';

const sound = `id: desk
name: Desk
version: 1.0.0
category: helpdesk
description: A desk.
base_url: https://{subdomain}.desk.example
variables:
  subdomain: { pattern: '^[a-z]{1,20}$' }
auth: { type: api_key, in: header }
health: { tool: find, arguments: { query: x } }
tools:
  find:
    title: Find
    description: Finds tickets.
    risk: read
    request:
      method: GET
      path: /tickets
    parameters:
      query: { type: string, required: true }
      page.size: { type: integer }
  open:
    title: Open
    description: Opens a ticket.
    risk: write
    request: { method: POST, path: '/tickets/{kind}' }
    parameters:
      kind: { type: string, required: true }
      line: { x-template: '{kind|jql}' }
`;

/** The first thing wrong with the text after an edit. */
function fault(from: string, to: string) {
  expect(sound).toContain(from);
  const read = readDocumentText(sound.replace(from, to));
  return read.ok ? null : read.issues[0];
}

describe('readDocumentText', () => {
  it('reads a sound document', () => {
    expect(readDocumentText(sound)).toMatchObject({ ok: true, document: { id: 'desk' }, warnings: [] });
  });

  it.each<[string, string, string, string, number, number, string | undefined]>([
    ['a field', 'base_url:', 'base_ulr:', 'base_ulr', 6, 1, 'base_url'],
    ['a field of a tool', '    title: Find', '    titel: Find', 'tools.find.titel', 13, 5, 'title'],
    ['a field below a request', 'path: /tickets\n', 'pathh: /tickets\n', 'tools.find.request.pathh', 18, 7, 'path'],
    ['a value', 'risk: write', 'risk: wirte', 'tools.open.risk', 25, 11, 'write'],
    ['a category', 'category: helpdesk', 'category: help_desk', 'category', 4, 11, 'helpdesk'],
    ['a type of sign-in', 'type: api_key', 'type: apikey', 'auth.type', 9, 15, 'api_key'],
    ['a method', 'method: GET', 'method: get', 'tools.find.request.method', 17, 15, 'GET'],
    ['a variable of the URL', '{subdomain}.', '{subdomian}.', 'base_url', 6, 11, 'subdomain'],
    ['a parameter of the path', '{kind}', '{knid}', 'tools.open.request.path', 26, 36, 'kind'],
    ['an argument of a template', '{kind|jql}', '{kinds|jql}', 'tools.open.parameters.line.x-template', 29, 27, 'kind'],
    ['a filter', '|jql}', '|jlq}', 'tools.open.parameters.line.x-template', 29, 27, 'jql'],
    ['a tool', 'tool: find', 'tool: fnid', 'health.tool', 10, 17, 'find'],
    ['a keyword of a schema', 'type: integer', 'typo: integer', 'tools.find.parameters.page.size.typo', 21, 26, 'type'],
    ['a type of a schema', 'type: integer', 'type: intger', 'tools.find.parameters.page.size.type', 21, 26, 'integer'],
    ['nothing known', 'category: helpdesk', 'category: nonsense', 'category', 4, 11, undefined],
  ])('says where %s is wrong and what was meant', (_what, from, to, path, line, column, suggestion) => {
    // A field that is misspelt is a fault, and that the one meant is missing is another.
    expect(sound).toContain(from);
    const read = readDocumentText(sound.replace(from, to));
    const issues = read.ok ? [] : read.issues;
    const found = issues.find((one) => one.path === path && one.suggestion === suggestion);
    expect(found, JSON.stringify(issues)).toMatchObject({ path, line, column });
  });

  it('places what is missing at the thing around it', () => {
    expect(fault('    title: Find\n', '')).toMatchObject({ path: 'tools.find.title', line: 12, column: 3 });
    expect(fault('name: Desk\n', '')).toMatchObject({ path: 'name', line: 1, column: 1 });
  });

  it('says where text is no document at all', () => {
    expect(readDocumentText('id: desk\nname: [open')).toMatchObject({
      ok: false,
      issues: [{ path: '', line: 2, column: 12 }],
    });
  });

  it('places warnings, and faults of the other form', () => {
    const single =
      '{\n  "id": "ping", "name": "Ping", "category": "helpdesk", "description": "Pings",\n  "auth_type": "oauth2",\n  "base_url": "https://desk.example",\n  "endpoints": {"ping": {"method": "get", "path": "/ping"}}\n}';
    expect(readDocumentText(single)).toMatchObject({
      ok: true,
      warnings: [{ path: 'auth_type', line: 3, column: 16 }],
    });
    expect(readDocumentText(single.replace('"oauth2"', '"oauth"'))).toMatchObject({
      ok: false,
      issues: [{ path: 'auth_type', line: 3, suggestion: 'oauth2' }],
    });
  });
});

describe('locateInText', () => {
  it('follows lists, aliases and keys with dots, and stops where nothing is written', () => {
    const locate = locateInText('a: &one\n  - x: 1\n  - y.z: 2\nb: *one\n');
    expect(locate('a[1].y.z')).toEqual({ line: 3, column: 10 });
    expect(locate('a[1].y.z', true)).toEqual({ line: 3, column: 5 });
    expect(locate('a[7].x')).toEqual({ line: 1, column: 1 });
    expect(locate('b[0].x')).toEqual({ line: 4, column: 1 });
    expect(locate('')).toEqual({ line: 1, column: 1 });
    expect(locateInText('')('a')).toEqual({ line: 1, column: 1 });
  });
});
