import { createPublicKey, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseVerifierKey, type VerifierKey } from '@patchbay/audit-log/proofs';
import { UsageError } from '../failures.ts';
import type { CliIo } from '../terminal.ts';

const what = 'a key such as patchbay/inst/acme+0a1b2c3d+AZ…, or a file with one a line or with a public key in PEM';

/** Keys of logs, each written out or in a file. A key in PEM has no name. @throws UsageError */
export function readLogKeys(option: string, given: readonly string[], io: CliIo): (VerifierKey | KeyObject)[] {
  const keys = given.flatMap((text) => {
    const written = parseVerifierKey(text);
    return written === null ? keysOfFile(option, text, io) : [written];
  });
  const wrong = keys.find((key) => 'name' in key && key.type !== 1);
  if (wrong !== undefined)
    throw new UsageError(`${option} takes a log's key; '${(wrong as VerifierKey).name}' is a witness's.`);
  return keys;
}

/** Keys of witnesses; these have names. @throws UsageError */
export function readWitnessKeys(option: string, given: readonly string[], io: CliIo): VerifierKey[] {
  return given.flatMap((text) => {
    const written = parseVerifierKey(text);
    const keys = written === null ? keysOfFile(option, text, io) : [written];
    return keys.map((key) => {
      if ('name' in key && key.type === 4) return key;
      throw new UsageError(`${option} takes a witness's key, as patchbay audit witness tells it.`);
    });
  });
}

function keysOfFile(option: string, path: string, { cwd }: CliIo): (VerifierKey | KeyObject)[] {
  const file = resolve(cwd, path);
  if (!existsSync(file)) throw new UsageError(`${option} takes ${what}.`);
  const text = readText(file, path);
  if (text.includes('-----BEGIN')) {
    if (text.includes('PRIVATE')) throw new UsageError(`${path} holds a private key: ${option} takes the public one.`);
    return [publicKeyOf(text, path)];
  }
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const keys = lines.map(parseVerifierKey);
  if (keys.length === 0 || keys.includes(null)) throw new UsageError(`${path} holds no key: ${option} takes ${what}.`);
  return keys as VerifierKey[];
}

function publicKeyOf(pem: string, path: string): KeyObject {
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Said below.
  }
  throw new UsageError(`${path} holds no Ed25519 public key.`);
}

function readText(file: string, path: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`);
  }
}
