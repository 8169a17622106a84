import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSpecTable, vendorSpecsAtHand } from '@patchbay/vendor-specs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSpec, openSpecFile } from './spec/open-spec.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.url));
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'patchbay-conform-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

function conform(...args: string[]): Promise<{ code: unknown; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], (error, out, err) => resolve({ code: error?.code ?? 0, out, err }));
  });
}

async function file(name: string, text: string): Promise<string> {
  const path = join(dir, name);
  await writeFile(path, text);
  return path;
}

describe('npm run conform', { timeout: 60_000 }, () => {
  it('holds an integration against a file, and says where it differs', async () => {
    const paths = { '/v1/balance': { get: { deprecated: true } }, '/v1/customers': { post: {} } };
    const spec = { openapi: '3.0.0', servers: [{ url: 'https://api.stripe.com' }], paths };
    const path = await file('stripe.json', JSON.stringify(spec));
    const { code, out } = await conform('--spec', `stripe=${path}`, 'stripe');
    expect(code).toBe(1);
    expect(out).toContain('valid    stripe.check_connection  GET /v1/balance  (deprecated)\n');
    expect(out).toMatch(
      /invalid {2}stripe\.find_customer .*\n +operation: GET https:\/\/api\.stripe\.com\/v1\/customers: .*method/,
    );
  });

  it('says what is wrong with what it was given', async () => {
    const swagger = await file('old.yaml', 'swagger: "2.0"\npaths: {}\n');
    expect(await conform('--spec', `stripe=${swagger}`, 'stripe')).toMatchObject({
      code: 2,
      err: `${swagger} is not an OpenAPI 3 document.\n`,
    });
    expect(await conform('nobody')).toMatchObject({ code: 2, err: expect.stringContaining("no integration 'nobody'") });
  });
});

describe('openSpecFile', () => {
  it('writes the parameters of actions as Graph does', async () => {
    const body = (schema: object) => ({ post: { requestBody: { content: { 'application/json': { schema } } } } });
    const schema = { properties: { Message: { type: 'string' }, note: {} } };
    const paths = { '/me/microsoft.graph.sendMail': body(schema), '/me/other': body({ properties: { Message: {} } }) };
    const { root } = await openSpecFile(await file('graph.json', JSON.stringify({ openapi: '3.0.0', paths })));
    const text = JSON.stringify(root);
    expect(text).toContain('"properties":{"message":{"type":"string"},"note":{}}');
    expect(text).toContain('"properties":{"Message":{}}');
  });

  it('says that a file cannot be read', async () => {
    await expect(openSpecFile(join(dir, 'nowhere.json'))).rejects.toThrow(/nowhere\.json cannot be read/);
    await expect(openSpecFile(await file('bad.yaml', 'a: [b'))).rejects.toThrow(/bad\.yaml cannot be read/);
  });
});

describe.skipIf(!vendorSpecsAtHand())('openSpec', () => {
  const table = readSpecTable();

  it('takes out where a specification contradicts itself, and fails when that is gone', async () => {
    const { root } = await openSpec(table, 'vonage_messages');
    const schemas = (root['components'] as { schemas: Record<string, { required: string[] }> }).schemas;
    expect(schemas['baseMessageType']?.required).toEqual(['to', 'from', 'message_type', 'channel']);
    const spec = table.specs['vonage_messages'] as (typeof table.specs)[string];
    const corrections = [{ at: '/components/schemas/nothing/here', reason: 'There is no such thing in it.' }];
    const changed = { ...table, specs: { vonage_messages: { ...spec, corrections } } };
    await expect(openSpec(changed, 'vonage_messages')).rejects.toThrow(/nothing at \/components/);
  });
});
