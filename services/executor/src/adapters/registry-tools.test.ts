import { platformScope, StoredIntegration } from '@patchbay/contracts';
import { RegistryIndex } from '@patchbay/registry-copy';
import { beforeEach, expect, test } from 'vitest';
import { createRegistryTools } from './registry-tools.ts';

let index: RegistryIndex;
let revision = 0;

function store(version: string, scope = platformScope): void {
  const tool = { title: 'Ping', description: 'Pings.', risk: 'read', request: { method: 'GET', path: '/ping' } };
  const stored = StoredIntegration.parse({
    scope,
    registered_at: '2026-01-01T00:00:00.000Z',
    retired: false,
    digest: `${scope} ${version}`,
    document: {
      id: 'weather',
      name: 'Weather',
      version,
      category: 'other',
      description: 'Weather.',
      base_url: 'https://weather.example.com',
      auth: { type: 'none' },
      tools: { ping: tool, pong: tool },
    },
  });
  index.apply({ scope, integration: 'weather', version }, ++revision, stored);
}

beforeEach(() => {
  index = new RegistryIndex();
  store('1.0.0');
});

test('a tool is found by name, compiled once, and known by its version', () => {
  const tools = createRegistryTools(index);
  const found = tools.find('acme', 'weather_ping', undefined);
  expect(found).toMatchObject({ name: 'weather_ping', version: '1.0.0', integration: 'weather', risk: 'read' });
  expect(tools.find('rival', 'weather_ping', '1.0.0')).toBe(found);
  expect(tools.find('acme', 'weather_pong', undefined)?.name).toBe('weather_pong');
});

test('what is not registered is not found', () => {
  const tools = createRegistryTools(index);
  expect(tools.find('acme', 'weather_forecast', undefined)).toBeNull();
  expect(tools.find('acme', 'weather_ping', '9.0.0')).toBeNull();
});

test('a newer document is used at once, and an older version while it is asked for', () => {
  const tools = createRegistryTools(index);
  const old = tools.find('acme', 'weather_ping', undefined);
  store('1.1.0');
  expect(tools.find('acme', 'weather_ping', undefined)?.version).toBe('1.1.0');
  expect(tools.find('acme', 'weather_ping', '1.0.0')).toBe(old);
});

test("a tenant's own document is its own", () => {
  store('2.0.0', 'acme');
  const tools = createRegistryTools(index);
  expect(tools.find('acme', 'weather_ping', undefined)?.version).toBe('2.0.0');
  expect(tools.find('rival', 'weather_ping', undefined)?.version).toBe('1.0.0');
  expect([...tools.names('rival')].sort()).toEqual(['weather_ping', 'weather_pong']);
});

test('some tool of an integration is found by its id, as the tenant sees it', () => {
  const tools = createRegistryTools(index);
  expect(tools.findOf('acme', 'weather')?.integration).toBe('weather');
  expect(tools.findOf('acme', 'climate')).toBeNull();
  store('2.0.0', 'acme');
  expect(tools.findOf('acme', 'weather')?.version).toBe('2.0.0');
});
