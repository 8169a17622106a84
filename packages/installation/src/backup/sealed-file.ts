import { createCipheriv, createDecipheriv, createHash, hkdfSync } from 'node:crypto';
import { closeSync, createReadStream, fsyncSync, openSync, writeSync } from 'node:fs';

/**
 * A file of a backup: frames under AES-256-GCM. Each frame is its length in four bytes, what is sealed, and a tag; its nonce is its
 * number and whether it is the last, so that none can be left out, moved or cut off. The key is of this file alone.
 */
export interface SealedFile {
  /** Each call is a frame of its own, or several when it is long. */
  write(bytes: Uint8Array): void;
  /** Ends the file and has it on disk. */
  end(): { readonly bytes: number; readonly sha256: string };
}

const keyBytes = 32;
const tagBytes = 16;
const lengthBytes = 4;
/** Longest content of a frame. */
const maxFrameBytes = 1_048_576;

/** @param name of the file in its backup, part of its key. */
export function writeSealed(path: string, name: string, dataKey: Uint8Array): SealedFile {
  const key = keyOf(dataKey, name);
  const handle = openSync(path, 'wx', 0o600);
  const hash = createHash('sha256');
  let [number, bytes] = [0, 0];
  const put = (content: Uint8Array, last: boolean) => {
    const cipher = createCipheriv('aes-256-gcm', key, nonceOf(number++, last));
    const sealed = Buffer.concat([cipher.update(content), cipher.final(), cipher.getAuthTag()]);
    const frame = Buffer.alloc(lengthBytes + sealed.length);
    frame.writeUInt32BE(sealed.length);
    sealed.copy(frame, lengthBytes);
    for (let done = 0; done < frame.length; ) done += writeSync(handle, frame, done);
    hash.update(frame);
    bytes += frame.length;
  };
  return {
    write(content) {
      for (let from = 0; from < content.length; from += maxFrameBytes)
        put(content.subarray(from, from + maxFrameBytes), false);
    },
    end() {
      put(new Uint8Array(), true);
      fsyncSync(handle);
      closeSync(handle);
      return { bytes, sha256: hash.digest('hex') };
    },
  };
}

/** The backup's file is not what was written: it was cut, changed, or belongs to another backup. */
export class DamagedBackup extends Error {
  constructor(path: string, what: string) {
    super(`${path} ${what}. Take another backup, or another copy of this one.`);
    this.name = 'DamagedBackup';
  }
}

/** The contents of the frames, as they were written. @throws DamagedBackup; what came until then must not be used. */
export async function* readSealed(path: string, name: string, dataKey: Uint8Array): AsyncGenerator<Buffer, void> {
  const key = keyOf(dataKey, name);
  let input: Buffer = Buffer.alloc(0);
  let number = 0;
  let ended = false;
  for await (const piece of createReadStream(path, { highWaterMark: maxFrameBytes })) {
    input = input.length === 0 ? (piece as Buffer) : Buffer.concat([input, piece as Buffer]);
    while (input.length >= lengthBytes) {
      const length = input.readUInt32BE();
      if (length < tagBytes || length > maxFrameBytes + tagBytes || ended) throw new DamagedBackup(path, 'is damaged');
      if (input.length < lengthBytes + length) break;
      const sealed = input.subarray(lengthBytes, lengthBytes + length);
      input = input.subarray(lengthBytes + length);
      // Only the last frame is empty.
      ended = length === tagBytes;
      const content = open(key, nonceOf(number++, ended), sealed);
      if (content === null) throw new DamagedBackup(path, 'is damaged, or sealed under another key');
      if (!ended) yield content;
    }
  }
  if (!ended || input.length > 0) throw new DamagedBackup(path, 'was cut off');
}

function open(key: Buffer, nonce: Buffer, sealed: Buffer): Buffer | null {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce);
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - tagBytes)), decipher.final()]);
  } catch {
    return null;
  }
}

function nonceOf(number: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(last ? 1 : 0);
  nonce.writeBigUInt64BE(BigInt(number), 4);
  return nonce;
}

function keyOf(dataKey: Uint8Array, name: string): Buffer {
  return Buffer.from(hkdfSync('sha256', dataKey, '', `patchbay backup file ${name}`, keyBytes));
}
