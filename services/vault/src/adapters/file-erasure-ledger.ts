import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { idSchema, PatchbayError, StoredErasure } from '@patchbay/contracts';
import { z } from 'zod';
import type { Erasure, ErasureLedger, ErasureNote } from '../jobs/ports.ts';

const Line = z.strictObject({ ...StoredErasure.shape, connection: idSchema('connection').nullable(), mac: z.string() });

/**
 * A ledger in a file that is only ever appended to, a line of JSON for each erased tenant or connection. Each has a MAC, since a
 * vault that meets such a one in its store destroys what it finds; a line without a right one denies a tenant, and destroys
 * nothing. Several vaults may share the file: each reads it as it starts, and appends what it hears.
 * @param path null: notes are in memory alone, and gone with the process.
 * @param seed the vault's sealing seed, the same in every replica.
 * @throws Error when the file cannot be read, or a line of it is none: what cannot be read cannot be denied.
 */
export function openFileErasureLedger(path: string | null, seed: string): ErasureLedger {
  const key = Buffer.from(hkdfSync('sha256', seed, '', 'patchbay erasures v1', 32));
  const macOf = ({ tenant, connection, erased_at, job }: Erasure) =>
    createHmac('sha256', key)
      .update(JSON.stringify([tenant, connection, erased_at, job]))
      .digest('base64url');
  const keyOf = ({ tenant, connection }: Erasure) => `${tenant} ${connection}`;
  const notes = new Map<string, ErasureNote>();

  for (const [i, text] of (path === null ? '' : linesOf(path)).split('\n').entries()) {
    if (text === '') continue;
    const { mac, ...erasure } = parseLine(text, `${path}:${i + 1}`);
    const [given, own] = [Buffer.from(mac), Buffer.from(macOf(erasure))];
    const genuine = given.length === own.length && timingSafeEqual(given, own);
    if (genuine || !notes.has(keyOf(erasure))) notes.set(keyOf(erasure), { ...erasure, genuine });
  }

  return {
    notes: () => [...notes.values()],
    note(erasure) {
      if (notes.get(keyOf(erasure))?.genuine === true) return;
      if (path !== null) append(path, `${JSON.stringify({ ...erasure, mac: macOf(erasure) })}\n`);
      notes.set(keyOf(erasure), { ...erasure, genuine: true });
    },
  };
}

/** The file's text, made if it is missing: whether it can be written to shows at the start, not at the first erasure. */
function linesOf(path: string): string {
  try {
    closeSync(openSync(path, 'a', 0o600));
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`The list of erasures cannot be opened for writing (${codeOf(error)}): ${path}`);
  }
}

function parseLine(text: string, where: string): z.output<typeof Line> {
  try {
    return Line.parse(JSON.parse(text));
  } catch {
    throw new Error(
      `${where} does not name an erasure. Restore the file; or, if a power cut left a line half written, remove that line: the vaults' jobs still say what it named.`,
    );
  }
}

/** On the disk when it returns: rare, and what follows cannot be undone. */
function append(path: string, line: string): void {
  try {
    const file = openSync(path, 'a', 0o600);
    try {
      writeSync(file, line);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw new PatchbayError('vault_unavailable', {
      message: `The list of erasures could not be written to (${codeOf(error)}).`,
    });
  }
}

const codeOf = (error: unknown) => String((error as NodeJS.ErrnoException).code);
