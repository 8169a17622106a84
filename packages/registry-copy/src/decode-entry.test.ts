import { describe, expect, test } from 'vitest';
import { decodeChoice, decodeEntry, decodeToolset } from './decode-entry.ts';
import { storedIntegration } from './stored-integration.fixture.ts';

const address = { scope: 'acme', integration: 'crm', version: '1.0.0' };
const bytes = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));

describe('decodeEntry', () => {
  test('reads a stored document', () => {
    const stored = storedIntegration({ id: 'crm', scope: 'acme' });
    expect(decodeEntry(address, bytes(stored))).toEqual({ ok: true, stored });
  });

  test('refuses what is not JSON', () => {
    expect(decodeEntry(address, bytes('{"scope":'))).toEqual({ ok: false, reason: 'the value is not JSON' });
  });

  test('refuses bytes that are not UTF-8', () => {
    expect(decodeEntry(address, Uint8Array.of(0x22, 0xff, 0x22))).toEqual({
      ok: false,
      reason: 'the value is not JSON',
    });
  });

  test('names the path of what a newer schema holds differently', () => {
    const stored = storedIntegration({ id: 'crm', scope: 'acme' });
    const newer = { ...stored, document: { ...stored.document, auth: { type: 'passkey' } } };
    expect(decodeEntry(address, bytes(newer))).toMatchObject({
      ok: false,
      reason: expect.stringContaining('document.auth.type'),
    });
  });

  test.each([
    ['scope', storedIntegration({ id: 'crm', scope: 'other' })],
    ['integration', storedIntegration({ id: 'crm2', scope: 'acme' })],
    ['version', storedIntegration({ id: 'crm', scope: 'acme', version: '1.0.1' })],
  ])('refuses a value that names another %s than its key', (_, stored) => {
    expect(decodeEntry(address, bytes(stored))).toMatchObject({
      ok: false,
      reason: expect.stringContaining('than its key'),
    });
  });
});

describe('choices and toolsets', () => {
  const at = '2026-01-01T00:00:00.000Z';

  test('are read where they belong', () => {
    const choice = { scope: 'acme', integration: 'crm', pin: '1.0.0', changed_at: at };
    expect(decodeChoice({ scope: 'acme', integration: 'crm' }, bytes(choice))).toEqual({ ok: true, stored: choice });
    const toolset = { scope: 'acme', name: 'desk', title: 'Desk', tools: ['crm.*'], changed_at: at };
    expect(decodeToolset({ scope: 'acme', name: 'desk' }, bytes(toolset))).toEqual({ ok: true, stored: toolset });
  });

  test('do not speak for another scope', () => {
    const choice = { scope: 'globex', integration: 'crm', installed: true, changed_at: at };
    expect(decodeChoice({ scope: 'acme', integration: 'crm' }, bytes(choice))).toMatchObject({ ok: false });
    expect(decodeChoice({ scope: 'globex', integration: null }, bytes(choice))).toMatchObject({ ok: false });
    const toolset = { scope: 'globex', name: 'desk', title: 'Desk', tools: ['a'], changed_at: at };
    expect(decodeToolset({ scope: 'acme', name: 'desk' }, bytes(toolset))).toMatchObject({ ok: false });
  });
});
