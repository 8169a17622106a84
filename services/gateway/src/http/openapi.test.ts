import { createConfig, lintFromString } from '@redocly/openapi-core';
import { describe, expect, test } from 'vitest';
import { gatewayRoutes } from '../routes.ts';
import type { GatewayPorts } from './gateway-ports.ts';
import { openApiOf, tags } from './openapi.ts';
import { referencePage } from './reference-page.ts';

// The table needs its ports when a route is asked, not when it is described.
const routes = gatewayRoutes({} as GatewayPorts);
/** As much of the document as is looked at here. */
const document = openApiOf(routes) as unknown as {
  readonly paths: Record<string, Record<string, { readonly operationId: string; readonly description: string }>>;
  readonly components: { readonly schemas: Record<string, unknown> };
  readonly security: unknown;
};

describe('the OpenAPI document', () => {
  test('has no fault that the linter of its recommended rules finds', { timeout: 60_000 }, async () => {
    const config = await createConfig({ extends: ['recommended'] });
    const lint = (source: unknown) =>
      lintFromString({ source: JSON.stringify(source), absoluteRef: '/openapi.json', config });
    expect((await lint({ ...document, tags: [{ name: 1 }], security: undefined })).length).toBeGreaterThan(1);
    const problems = await lint(document);
    expect(problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual([]);
  });

  test('has each route once, under a name of its own', () => {
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => `${method} ${path} ${operationId}`),
    );
    expect(operations.sort()).toEqual(
      routes.map(({ method, path, operationId }) => `${method.toLowerCase()} ${path} ${operationId}`).sort(),
    );
    expect(new Set(routes.map(({ operationId }) => operationId)).size).toBe(routes.length);
  });

  test('says what each tag is about that a route has', () => {
    expect([...new Set(routes.map(({ tag }) => tag))].sort()).toEqual(Object.keys(tags).sort());
  });

  test('refers to nothing that is not in it', () => {
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref as string);
    expect(refs.length).toBeGreaterThan(100);
    for (const ref of new Set(refs)) {
      const name = /^#\/components\/schemas\/(\w+)$/.exec(ref)?.[1];
      expect([ref, name !== undefined && name in document.components.schemas]).toEqual([ref, true]);
    }
  });

  test('says of every route which scope it needs, and of none that it answers without a key', () => {
    for (const { path, method, scope } of routes)
      expect(document.paths[path]?.[method.toLowerCase()]?.description).toContain(
        scope === null ? 'Any key will do.' : `\`${scope}\``,
      );
    expect(document.security).toEqual([{ apiKey: [] }]);
    expect(JSON.stringify(document.paths)).not.toContain('"security"');
  });
});

test('the reference page names every route, and nothing from elsewhere', () => {
  const page = referencePage(routes);
  for (const { operationId } of routes) expect(page).toContain(`id="${operationId}"`);
  expect(page).not.toMatch(/<script|https?:\/\/|src=/);
});
