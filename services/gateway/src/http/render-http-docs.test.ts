import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { gatewayRoutes } from '../routes.ts';
import type { GatewayPorts } from './gateway-ports.ts';
import { renderHttpDocs } from './render-http-docs.ts';

const docs = renderHttpDocs();

test('docs/reference/http.md says what the table of routes says, to the letter', () => {
  expect(readFileSync(new URL('../../../../docs/reference/http.md', import.meta.url), 'utf8')).toBe(docs);
});

test('has each route once', () => {
  const lines = docs.split('\n');
  for (const { method, path } of gatewayRoutes({} as GatewayPorts))
    expect(lines.filter((line) => line === `### ${method} ${path}`)).toHaveLength(1);
});
