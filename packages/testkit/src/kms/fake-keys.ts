import {
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  randomUUID,
  sign,
} from 'node:crypto';

export type KeyState = 'Enabled' | 'Disabled' | 'PendingDeletion';

export interface FakeKey {
  /** What a ciphertext names: shared by the replicas of a key. */
  readonly id: string;
  readonly arn: string;
  /** 32 bytes, shared by the replicas too. */
  readonly material: Buffer;
  readonly createdAt: Date;
  /** Of a key that signs: Ed25519, which KMS calls ECC_NIST_EDWARDS25519. Null for one that encrypts. */
  readonly signing: KeyObject | null;
  state: KeyState;
}

/** What KMS says no with: the name of one of its exceptions. */
export class KmsRefusal extends Error {
  constructor(type: string) {
    super(type);
    this.name = type;
  }
}

export type EncryptionContext = Readonly<Record<string, string>>;

const region = 'arn:aws:kms:eu-west-1:111122223333';
const ivBytes = 12;
const tagBytes = 16;

/** Symmetric keys that never leave it, and ciphertexts that name the key they are under, as those of KMS do. */
export class FakeKeys {
  readonly #byName = new Map<string, FakeKey>();

  /** Adds a key under an id, an ARN or an alias; without a name, under an id of its own. */
  add(name: string = randomUUID(), signing: KeyObject | null = null): FakeKey {
    const isAlias = /(?:^|:)alias\//.test(name);
    const id = isAlias ? randomUUID() : (name.split(':key/').at(-1) as string);
    const arn = name.includes(':key/') ? name : `${region}:key/${id}`;
    const key: FakeKey = { id, arn, material: randomBytes(32), createdAt: new Date(), signing, state: 'Enabled' };
    for (const known of [name, id, arn]) this.#byName.set(known, key);
    return key;
  }

  /** Adds a key that signs and does nothing else. */
  addSigning(name: string): FakeKey {
    return this.add(name, generateKeyPairSync('ed25519').privateKey);
  }

  /** In DER (SubjectPublicKeyInfo). */
  publicKey(name: string): { key: FakeKey; der: Buffer } {
    const { key, signing } = this.#signer(name);
    return { key, der: createPublicKey(signing).export({ type: 'spki', format: 'der' }) };
  }

  sign(name: string, message: Buffer): { key: FakeKey; signature: Buffer } {
    const { key, signing } = this.#signer(name);
    return { key, signature: sign(null, message, signing) };
  }

  #signer(name: string): { key: FakeKey; signing: KeyObject } {
    const key = usable(this.find(name));
    if (key.signing === null) throw new KmsRefusal('InvalidKeyUsageException');
    return { key, signing: key.signing };
  }

  /** Adds the replica of a multi-Region key in another Region: an ARN and a state of its own. */
  addReplica(arn: string, of: string): void {
    this.#byName.set(arn, { ...this.find(of), arn, state: 'Enabled' });
  }

  find(name: string): FakeKey {
    const key = this.#byName.get(name);
    if (key === undefined) throw new KmsRefusal('NotFoundException');
    return key;
  }

  encrypt(name: string, plaintext: Buffer, context: EncryptionContext): { key: FakeKey; blob: Buffer } {
    const key = usable(this.find(name));
    if (key.signing !== null) throw new KmsRefusal('InvalidKeyUsageException');
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv('aes-256-gcm', key.material, iv, { authTagLength: tagBytes });
    cipher.setAAD(canonical(context));
    const id = Buffer.from(key.id);
    const body = [cipher.update(plaintext), cipher.final(), cipher.getAuthTag()];
    return { key, blob: Buffer.concat([Buffer.from([id.length]), id, iv, ...body]) };
  }

  /** @param name the key that must have made it; without one, whichever did. */
  decrypt(name: string | undefined, blob: Buffer, context: EncryptionContext): { key: FakeKey; plaintext: Buffer } {
    const idEnd = 1 + (blob[0] ?? 0);
    const madeBy = blob.subarray(1, idEnd).toString();
    const key = name === undefined ? this.#byName.get(madeBy) : this.find(name);
    if (key === undefined) throw new KmsRefusal('InvalidCiphertextException');
    if (key.id !== madeBy) throw new KmsRefusal('IncorrectKeyException');
    usable(key);
    try {
      const iv = blob.subarray(idEnd, idEnd + ivBytes);
      const decipher = createDecipheriv('aes-256-gcm', key.material, iv, { authTagLength: tagBytes });
      decipher.setAAD(canonical(context)).setAuthTag(blob.subarray(-tagBytes));
      const body = decipher.update(blob.subarray(idEnd + ivBytes, -tagBytes));
      return { key, plaintext: Buffer.concat([body, decipher.final()]) };
    } catch {
      throw new KmsRefusal('InvalidCiphertextException');
    }
  }
}

function usable(key: FakeKey): FakeKey {
  if (key.state === 'Disabled') throw new KmsRefusal('DisabledException');
  if (key.state === 'PendingDeletion') throw new KmsRefusal('KMSInvalidStateException');
  return key;
}

/** A context is a set of pairs: their order says nothing. */
function canonical(context: EncryptionContext): Buffer {
  return Buffer.from(JSON.stringify(Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1))));
}
