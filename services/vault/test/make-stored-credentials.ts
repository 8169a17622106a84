import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLocalFileKeyService } from '../src/adapters/local-file-key-service.ts';
import { createCredentialCipher } from '../src/encryption/credential-cipher.ts';
import { createTenantKeys } from '../src/encryption/tenant-keys.ts';
import type { CredentialBinding } from '../src/operations/ports.ts';
import { memoryTenantKeyStore } from './memory-tenant-keys.ts';
import { refusedMessages } from './refused-messages.ts';

/** Makes `vectors/stored-credentials.json` anew: other random numbers, the same cases. */

const rootKey = createHash('sha256').update('patchbay test root key').digest();
const store = memoryTenantKeyStore();
const keyService = createLocalFileKeyService({ rootKey: Buffer.from(rootKey), mode: 'development' });
const tenantKeys = createTenantKeys({ keyService, store, now: () => new Date('2026-11-29T00:00:00Z') });
const cipher = createCredentialCipher(tenantKeys);

const base: CredentialBinding = {
  tenant: 'acme',
  connection: 'con_01JD0000000000000000000000',
  integration: 'slack',
  version: 1,
  variables: { subdomain: 'acme' },
};

async function accepted(what: string, change: Partial<CredentialBinding>, plaintext: unknown) {
  const binding = { ...base, ...change };
  const bytes = Buffer.isBuffer(plaintext) ? plaintext : Buffer.from(JSON.stringify(plaintext));
  const stored = await cipher.encrypt(binding, bytes);
  return { what, binding, stored, plaintext: bytes.toString('base64') };
}

const bearer = { type: 'bearer', token: 'test-token' };
const first = await accepted('a bearer token', {}, bearer);
const other = await accepted('the same token of another tenant', { tenant: 'globex' }, bearer);
const underFirst = [
  first,
  other,
  await accepted('the same once more', {}, bearer),
  await accepted('an API key', { integration: 'sendgrid' }, { type: 'api_key', api_key: 'test-key' }),
  await accepted('a name and a password', {}, { type: 'basic', username: 'ä€𐍈', password: 'test-password' }),
  await accepted(
    'an OAuth token',
    {},
    { type: 'oauth2', access_token: 'a', refresh_token: 'r', token_type: 'Bearer', expires_at: '2026-11-29T01:00:00Z' },
  ),
  await accepted('another connection', { connection: 'con_01JD0000000000000000000001' }, bearer),
  await accepted('version 2', { version: 2 }, bearer),
  await accepted('a version of ten digits', { version: 4_294_967_296 }, bearer),
  await accepted('no variables', { variables: {} }, bearer),
  await accepted('variables in no order', { variables: { zone: '1', account: '2', Account: '3' } }, bearer),
  await accepted('variables that are not ASCII', { variables: { name: 'Zoë "quoted" \\ 𐍈' } }, bearer),
  await accepted('a tenant of 63 letters', { tenant: 'a'.repeat(63) }, bearer),
  await accepted('an OAuth client of the platform', { tenant: '_platform', connection: 'oauth_client' }, bearer),
  await accepted('a device code', { connection: 'cnx_01JD0000000000000000000000' }, Buffer.from('device-code')),
  await accepted('one byte', {}, Buffer.from([0])),
  await accepted('a kilobyte of every byte', {}, Buffer.from(Array.from({ length: 1_024 }, (_, i) => i & 255))),
];
const keyOf = async (tenant: string, version: number) => {
  const row = await store.get({ tenant, version });
  return Buffer.from(await keyService.unwrap(Buffer.from(row?.wrapped ?? '', 'base64'), { tenant, version }));
};
await tenantKeys.advance('acme', 2);
const underSecond = [
  await accepted('after the key was rotated', {}, bearer),
  {
    ...first,
    what: 'brought under the next key',
    stored: await cipher.reencrypt(first.binding, first.stored, 2),
  },
];
const refused = await refusedMessages({
  first,
  other,
  acme: await keyOf('acme', 1),
  globex: await keyOf('globex', 1),
});

const keys = await Promise.all(
  [...store.rows.values()].map(async (row) => ({
    row,
    key: (await keyOf(row.tenant, row.version)).toString('hex'),
  })),
);
const file = {
  description:
    'Stored credentials of Patchbay with the verdict that a reader must come to. Every key is a test key. README.md beside it says how they were made and how they are read.',
  license: 'Apache-2.0',
  root_key: rootKey.toString('hex'),
  tenant_keys: keys,
  key_versions: [...store.versions.values()].map(({ value }) => value),
  accepted: [...underFirst, ...underSecond],
  refused,
};
writeFileSync(join(import.meta.dirname, '../vectors/stored-credentials.json'), `${JSON.stringify(file, null, 2)}\n`);
