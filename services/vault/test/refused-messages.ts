import {
  AlgorithmSuiteIdentifier,
  buildClient,
  CommitmentPolicy,
  type KeyringNode,
  MultiKeyringNode,
} from '@aws-crypto/client-node';
import type { StoredCredential } from '@patchbay/contracts';
import { credentialContext } from '../src/encryption/credential-context.ts';
import { createTenantKeyring } from '../src/encryption/tenant-keyring.ts';
import type { CredentialBinding } from '../src/operations/ports.ts';
import { derivedKeys, headerTagOf, type MessageParts, readMessage, unwrapDataKey } from './message-reference.ts';

export interface StoredVector {
  readonly what: string;
  readonly binding: CredentialBinding;
  readonly stored: StoredCredential;
}

export interface RefusedMaterial {
  /** Of `acme`, version 1 under version 1 of its key. */
  readonly first: StoredVector;
  /** The same of `globex`. */
  readonly other: StoredVector;
  /** The tenant keys in clear. */
  readonly acme: Buffer;
  readonly globex: Buffer;
}

const {
  ALG_AES256_GCM_IV12_TAG16: underived,
  ALG_AES256_GCM_IV12_TAG16_HKDF_SHA256: uncommitted,
  ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY: committed,
  ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY_ECDSA_P384: signed,
} = AlgorithmSuiteIdentifier;
const lax = buildClient(CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT);
const strict = buildClient({
  commitmentPolicy: CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT,
  maxEncryptedDataKeys: 2,
});
const plaintext = Buffer.from(JSON.stringify({ type: 'bearer', token: 'test-token' }));

/** Rows that look like `first`, each with something about it that must have it refused. */
export async function refusedMessages(material: RefusedMaterial): Promise<StoredVector[]> {
  const { first, other, acme, globex } = material;
  const message = Buffer.from(first.stored.message, 'base64');
  const row = (what: string, changed: Buffer | string, binding = first.binding): StoredVector => ({
    what,
    binding,
    stored: {
      ...first.stored,
      message: typeof changed === 'string' ? changed : changed.toString('base64'),
    },
  });
  const bound = (what: string, change: Partial<CredentialBinding>) =>
    row(`read for ${what}`, message, { ...first.binding, ...change });
  const keyring = (key: Buffer) => createTenantKeyring({ tenant: 'acme', version: 1 }, Buffer.from(key));
  const context = credentialContext(first.binding);
  const { tenant: _tenant, ...withoutTenant } = context;
  const made = async (what: string, by: typeof lax, under: KeyringNode, options: object) =>
    row(
      what,
      (await by.encrypt(under, plaintext, { frameLength: 65_536, encryptionContext: context, ...options })).result,
    );

  return [
    bound('another tenant', { tenant: 'globex' }),
    bound('another connection', { connection: 'con_01JD0000000000000000000001' }),
    bound('another integration', { integration: 'zendesk' }),
    bound('another version', { version: 2 }),
    bound('another value of a variable', { variables: { subdomain: 'evil' } }),
    bound('a variable more', { variables: { subdomain: 'acme', region: 'eu' } }),
    bound('no variables', { variables: {} }),
    { ...other, what: "another tenant's row", binding: first.binding },
    { ...first, what: 'labelled as version 2', stored: { ...first.stored, credential_version: 2 } },
    { ...first, what: 'labelled as under key 2', stored: { ...first.stored, tenant_key_version: 2 } },
    { ...first, what: 'labelled as under a key that is not', stored: { ...first.stored, tenant_key_version: 99 } },
    ...flips(message).map(([what, changed]) => row(what, changed)),
    row('nothing', Buffer.alloc(0)),
    row('cut by a byte', message.subarray(0, -1)),
    row('cut before the tag', message.subarray(0, -16)),
    row('the header alone', message.subarray(0, readMessage(message).header.length + 16)),
    row('a byte more', Buffer.concat([message, Buffer.alloc(1)])),
    row('the message twice', Buffer.concat([message, message])),
    row('base64 with a line feed in it', `${first.stored.message.slice(0, 76)}\n${first.stored.message.slice(76)}`),
    row(
      'base64 with a character that is none',
      `${first.stored.message.slice(0, 76)}*${first.stored.message.slice(76)}`,
    ),
    await made('suite 0x0178: no key commitment', lax, keyring(acme), { suiteId: uncommitted }),
    await made('suite 0x0078: no key derivation', lax, keyring(acme), { suiteId: underived }),
    await made('suite 0x0578: signed', strict, keyring(acme), { suiteId: signed }),
    await made('several frames', strict, keyring(acme), { suiteId: committed, frameLength: 8 }),
    await made('a pair more in the context', strict, keyring(acme), {
      suiteId: committed,
      encryptionContext: { ...context, extra: 'pair' },
    }),
    await made('a pair less in the context', strict, keyring(acme), {
      suiteId: committed,
      encryptionContext: withoutTenant,
    }),
    await made('two data keys', strict, new MultiKeyringNode({ generator: keyring(acme), children: [keyring(acme)] }), {
      suiteId: committed,
    }),
    await made("under another tenant's key, in this one's name", strict, keyring(globex), { suiteId: committed }),
    row('committed to another key, and the header signed anew', recommitted(message, acme)),
    row(
      'the header of one message and the body of another',
      spliced(message, await again(strict, keyring(acme), context)),
    ),
  ];
}

/** The message with one bit of each part flipped, or with a number that it must not have. */
function flips(message: Buffer): [string, Buffer][] {
  const parts = readMessage(message);
  const flip = (at: number, bit = 1) => {
    const changed = Buffer.from(message);
    changed[at] = (changed[at] as number) ^ bit;
    return changed;
  };
  const start = (part: keyof MessageParts) => (parts[part] as Buffer).byteOffset - message.byteOffset;
  const afterHeader = parts.header.length + 16;
  const edkCount = start('context') + parts.context.length;
  return [
    ['message format 3.0', flip(0)],
    ['suite 0x0479', flip(2)],
    ['another message id', flip(start('messageId'))],
    ['a context longer than it is', flip(start('context') - 1)],
    ['another count of pairs', flip(start('context') + 1)],
    ['a letter of the context changed', flip(start('context') + 8)],
    ['three data keys, said of one', flip(edkCount + 1, 2)],
    ['another key provider', flip(edkCount + 4)],
    ['another key name', flip(start('wrappingIv') - 20)],
    ['another tag length of the data key', flip(start('wrappingIv') - 5)],
    ['another IV of the data key', flip(start('wrappingIv'))],
    ['another data key', flip(start('wrappedKey'))],
    ['another tag of the data key', flip(start('wrappedKey') + 47)],
    ['not framed', flip(start('commitment') - 5, 3)],
    ['another frame length', flip(start('commitment') - 1)],
    ['another key commitment', flip(start('commitment'))],
    ['another tag of the header', flip(start('headerTag'))],
    ['not the final frame', flip(afterHeader, 0x80)],
    ['the second frame', flip(afterHeader + 7, 3)],
    ['another IV of the body', flip(start('bodyIv') + 11)],
    ['a body longer than it is', flip(start('bodyIv') + 15)],
    ['another ciphertext', flip(start('ciphertext'))],
    ['another tag of the body', flip(start('bodyTag') + 15, 0x80)],
  ];
}

/** A message that verifies in everything but its key commitment: the header's tag is made over the wrong one. */
function recommitted(message: Buffer, tenantKey: Buffer): Buffer {
  const parts = readMessage(message);
  const { key } = derivedKeys(unwrapDataKey(parts, tenantKey), parts.messageId);
  const header = Buffer.concat([parts.header.subarray(0, -32), Buffer.alloc(32, 7)]);
  return Buffer.concat([header, headerTagOf(key, header), message.subarray(header.length + 16)]);
}

async function again(client: typeof strict, keyring: KeyringNode, encryptionContext: Record<string, string>) {
  const { result } = await client.encrypt(keyring, plaintext, {
    suiteId: committed,
    frameLength: 65_536,
    encryptionContext,
  });
  return result;
}

function spliced(head: Buffer, body: Buffer): Buffer {
  const bodyStart = readMessage(body).header.length + 16;
  return Buffer.concat([head.subarray(0, readMessage(head).header.length + 16), body.subarray(bodyStart)]);
}
