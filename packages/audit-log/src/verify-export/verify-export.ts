import { ExportVerifier, type VerifyRules } from './export-verifier.ts';
import { eachLine } from './lines-of.ts';
import type { ExportVerdict } from './verdict.ts';

/** By how much records may be out of the order of their times: producers' clocks differ, and what could not be sent is sent again. */
export const defaultToleranceMs = 15 * 60_000;

export interface VerifyExportOptions extends Pick<VerifyRules, 'keys'>, Partial<Omit<VerifyRules, 'keys'>> {
  /** Told as it goes: bytes read, and records seen. */
  readonly onProgress?: (bytes: number, records: number) => void;
}

/**
 * Checks an export of a tenant's log, offline: that its records are those of the checkpoints, that these are signed by the log's key
 * and follow one another, and that nothing in it contradicts itself. One pass; 32 to 64 bytes of memory a record, for its id.
 * @param source the file's bytes, in pieces of any size.
 */
export async function verifyExport(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: VerifyExportOptions,
): Promise<ExportVerdict> {
  const verifier = new ExportVerifier({
    keys: options.keys,
    quorum: options.quorum ?? options.keys.witnesses.length,
    toleranceMs: options.toleranceMs ?? defaultToleranceMs,
    allowWithheld: options.allowWithheld ?? false,
    known: options.known ?? [],
  });
  let bytes = 0;
  const rest = await eachLine(
    source,
    (line) => verifier.take(line),
    (read) => {
      bytes += read;
      options.onProgress?.(bytes, verifier.records);
    },
  );
  return verifier.end(rest);
}
