import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import gcm from '../../vectors/wycheproof-aes-256-gcm.json' with { type: 'json' };
import hkdf from '../../vectors/wycheproof-hkdf-sha256.json' with { type: 'json' };
import hmac from '../../vectors/wycheproof-hmac-sha256.json' with { type: 'json' };
import { decryptGcm, encryptGcm } from './aes-256-gcm.ts';

const bytes = (hex: string) => Buffer.from(hex, 'hex');

describe('AES-256-GCM as the vault calls it, on the vectors of Wycheproof', () => {
  it('accepts the 39 that are right and refuses the 27 that are not', () => {
    const verdicts = { accepted: 0, refused: 0 };
    for (const { id, key, iv, aad, msg, ct, tag, valid } of gcm.taken) {
      const opened = decryptGcm(bytes(key), bytes(iv), bytes(aad), bytes(ct + tag));
      expect(opened?.toString('hex') ?? null, `vector ${id}`).toBe(valid ? msg : null);
      verdicts[opened === null ? 'refused' : 'accepted']++;
      if (valid)
        expect(encryptGcm(bytes(key), bytes(iv), bytes(aad), bytes(msg)).toString('hex'), `vector ${id}`).toBe(
          ct + tag,
        );
    }
    expect(verdicts).toEqual({ accepted: 39, refused: 27 });
  });

  it('refuses every truncated tag', () => {
    for (const { key, iv, aad, ct, tag } of gcm.taken)
      for (let length = 0; length < 16; length++)
        expect(decryptGcm(bytes(key), bytes(iv), bytes(aad), bytes(ct + tag.slice(0, 2 * length)))).toBeNull();
  });

  it('takes no key and no IV of another size, right as they may be', () => {
    expect(gcm.refused_sizes).toHaveLength(44);
    for (const { id, key, iv, aad, msg, ct, tag } of gcm.refused_sizes) {
      const sizes = `vector ${id}: key ${key.length * 4}, IV ${iv.length * 4} bits`;
      expect(() => decryptGcm(bytes(key), bytes(iv), bytes(aad), bytes(ct + tag)), sizes).toThrow(RangeError);
      expect(() => encryptGcm(bytes(key), bytes(iv), bytes(aad), bytes(msg)), sizes).toThrow(RangeError);
    }
  });
});

describe('HMAC-SHA256 as the vault calls it, on the vectors of Wycheproof', () => {
  it('agrees with all 174', () => {
    for (const { id, key, msg, tag, valid } of hmac.vectors) {
      const given = bytes(tag);
      const own = createHmac('sha256', bytes(key)).update(bytes(msg)).digest().subarray(0, given.length);
      expect(timingSafeEqual(own, given), `vector ${id}`).toBe(valid);
    }
    expect(hmac.vectors).toHaveLength(174);
  });
});

describe('HKDF-SHA256 as the vault calls it, on the vectors of Wycheproof', () => {
  it('agrees with all 86', () => {
    for (const { id, ikm, salt, info, size, okm, okm_sha256, valid } of hkdf.vectors) {
      const derive = () => Buffer.from(hkdfSync('sha256', bytes(ikm), bytes(salt), bytes(info), size));
      if (!valid) {
        expect(derive, `vector ${id}`).toThrow();
        continue;
      }
      const own = derive();
      if (okm === undefined) expect(createHash('sha256').update(own).digest('hex'), `vector ${id}`).toBe(okm_sha256);
      else expect(own.toString('hex'), `vector ${id}`).toBe(okm);
    }
    expect(hkdf.vectors).toHaveLength(86);
  });
});
