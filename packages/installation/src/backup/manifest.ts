import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '@patchbay/contracts';
import { createSealingKeys } from '@patchbay/messaging';
import { z } from 'zod';
import { DamagedBackup } from './sealed-file.ts';

const Snapshot = z.object({
  config: z.looseObject({ name: z.string() }),
  state: z.looseObject({
    messages: z.int(),
    bytes: z.int(),
    first_seq: z.int(),
    last_seq: z.int(),
  }),
});

const BackupFile = z.strictObject({
  name: z.string().regex(/^[a-zA-Z0-9_-]+$/),
  /** A stream's archive; a packed directory; what `pg_dump` wrote. */
  kind: z.enum(['stream', 'directory', 'dump']),
  bytes: z.int(),
  sha256: z.string(),
  snapshot: Snapshot.optional(),
});
export type BackupFile = z.infer<typeof BackupFile>;

const Content = z.strictObject({
  format: z.literal('patchbay-backup'),
  version: z.literal(1),
  id: z.string(),
  /** `keys`: what opens things. `store`: everything else. The two are kept apart. */
  half: z.enum(['store', 'keys']),
  /** What was acknowledged before this moment is in the backup. */
  started_at: z.iso.datetime(),
  finished_at: z.iso.datetime(),
  /** The recipient's public key, the writer's, and the files' key sealed by one for the other. */
  sealed_to: z.string(),
  sealed_by: z.string(),
  data_key: z.base64(),
  files: z.array(BackupFile),
});
export type BackupContent = z.infer<typeof Content>;
const Manifest = Content.extend({ mac: z.string() });

const fileName = 'manifest.json';

/** The key of one backup's files, and how its recipient comes by it. */
export function newDataKey(recipient: string) {
  const dataKey = randomBytes(32);
  const writer = createSealingKeys();
  return {
    dataKey,
    sealing: {
      sealed_to: recipient,
      sealed_by: writer.publicKey,
      data_key: Buffer.from(writer.seal(dataKey, recipient)).toString('base64'),
    },
  };
}

/** @returns the manifest's SHA-256: whoever notes it knows later that it is this backup that he restores. */
export function writeManifest(directory: string, content: BackupContent, dataKey: Uint8Array): string {
  const text = `${JSON.stringify({ ...content, mac: macOf(content, dataKey).toString('hex') }, null, 2)}\n`;
  writeFileSync(join(directory, fileName), text, { mode: 0o600, flag: 'wx', flush: true });
  return createHash('sha256').update(text).digest('hex');
}

export interface OpenedBackup {
  readonly directory: string;
  readonly content: BackupContent;
  readonly dataKey: Uint8Array;
  /** SHA-256 of the manifest. */
  readonly digest: string;
}

/**
 * Reads what a backup says of itself.
 * @param seed of the recipient (`SX…`).
 * @throws DamagedBackup when it is none, was altered, or is sealed to somebody else.
 */
export function openBackup(directory: string, seed: string): OpenedBackup {
  const path = join(directory, fileName);
  let text: string;
  let manifest: z.infer<typeof Manifest>;
  try {
    text = readFileSync(path, 'utf8');
    manifest = Manifest.parse(JSON.parse(text));
  } catch {
    throw new DamagedBackup(path, 'is not the manifest of a finished backup');
  }
  const { mac, ...content } = manifest;
  const keys = createSealingKeys(seed);
  if (keys.publicKey !== content.sealed_to)
    throw new DamagedBackup(path, `is sealed to ${content.sealed_to}, not to this key`);
  let dataKey: Uint8Array;
  try {
    dataKey = keys.open(Buffer.from(content.data_key, 'base64'), content.sealed_by);
  } catch {
    throw new DamagedBackup(path, 'was altered: its key cannot be opened');
  }
  const given = Buffer.from(mac, 'hex');
  const made = macOf(content, dataKey);
  if (given.length !== made.length || !timingSafeEqual(given, made)) throw new DamagedBackup(path, 'was altered');
  return { directory, content, dataKey, digest: createHash('sha256').update(text).digest('hex') };
}

function macOf(content: BackupContent, dataKey: Uint8Array): Buffer {
  const key = Buffer.from(hkdfSync('sha256', dataKey, '', 'patchbay backup manifest', 32));
  return createHmac('sha256', key).update(canonicalJson(content)).digest();
}
