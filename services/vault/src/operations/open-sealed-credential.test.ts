import { PatchbayError } from '@patchbay/contracts';
import { createSealingKeys, createSealingSeed } from '@patchbay/messaging';
import { describe, expect, it } from 'vitest';
import { sealCredential } from '../../test/memory-vault.ts';
import { createXkeySealer } from '../adapters/xkey-sealer.ts';
import { openSealedCredential } from './open-sealed-credential.ts';

const sealer = createXkeySealer(createSealingSeed());
const maxBytes = 1_000;
const open = (sealed: { sender: string; ciphertext: string }) => openSealedCredential(sealer, sealed, maxBytes);

/** The body of the error that opening throws. */
function refusalOf(sealed: { sender: string; ciphertext: string }) {
  try {
    open(sealed);
  } catch (error) {
    if (error instanceof PatchbayError) return error.body;
    throw error;
  }
  throw new Error('it was opened');
}

const issue = (path: string, message: string) => ({
  code: 'invalid_request',
  details: { issues: [{ path, message }] },
});

describe('openSealedCredential', () => {
  it('opens a credential, and gives its defaults', () => {
    const credential = open(sealCredential({ type: 'oauth2', access_token: 'a' }, sealer.publicKey));
    expect(credential).toEqual({ type: 'oauth2', access_token: 'a', token_type: 'Bearer' });
  });

  it('refuses what was sealed to another key, by another sender, or changed', () => {
    const notOurs = issue('sealed_credential.ciphertext', "not sealed to this vault's key by that sender");
    const good = sealCredential({ type: 'bearer', token: 't' }, sealer.publicKey);
    const bytes = Buffer.from(good.ciphertext, 'base64');
    bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
    expect(refusalOf(sealCredential({ type: 'bearer', token: 't' }, createSealingKeys().publicKey))).toMatchObject(
      notOurs,
    );
    expect(refusalOf({ ...good, sender: createSealingKeys().publicKey })).toMatchObject(notOurs);
    expect(refusalOf({ ...good, sender: 'nobody' })).toMatchObject(notOurs);
    expect(refusalOf({ ...good, ciphertext: bytes.toString('base64') })).toMatchObject(notOurs);
    expect(refusalOf({ ...good, ciphertext: '' })).toMatchObject(notOurs);
  });

  it('refuses what is larger than a credential may be', () => {
    const { code, details } = refusalOf(sealCredential({ type: 'bearer', token: 't'.repeat(1_100) }, sealer.publicKey));
    expect([code, details.issues]).toEqual([
      'invalid_request',
      [{ path: 'sealed_credential.ciphertext', message: 'longer than it may be (1000 bytes)' }],
    ]);
  });

  it.each([
    ['an unknown kind', { type: 'canary' }, 'sealed_credential.type'],
    ['a missing secret', { type: 'api_key' }, 'sealed_credential.api_key'],
    ['an unknown field', { type: 'bearer', token: 't', 'canary-key': 'canary' }, 'sealed_credential'],
    ['a field of the wrong type', { type: 'custom', fields: { canary: 7 } }, 'sealed_credential.fields'],
    [
      'a time that cannot be read',
      { type: 'oauth2', access_token: 'canary', expires_at: 'canary' },
      'sealed_credential.expires_at',
    ],
    ['no object', 'canary', 'sealed_credential'],
  ])('names the path of %s and quotes nothing', (_, credential, path) => {
    const body = refusalOf(sealCredential(credential, sealer.publicKey));
    expect(body).toMatchObject({ code: 'invalid_request', details: { issues: [{ path }] } });
    expect(JSON.stringify(body)).not.toContain('canary');
  });

  it('refuses what is not JSON, and quotes nothing', () => {
    const sender = createSealingKeys();
    const ciphertext = Buffer.from(sender.seal(Buffer.from('canary'), sealer.publicKey)).toString('base64');
    const body = refusalOf({ sender: sender.publicKey, ciphertext });
    expect(body).toMatchObject(issue('sealed_credential', 'not JSON'));
    expect(JSON.stringify(body)).not.toContain('canary');
  });
});
