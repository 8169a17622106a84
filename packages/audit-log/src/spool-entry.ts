import { crc32 } from 'node:zlib';

/** A message of stream `AUDIT` as it would have been published. */
export interface SpooledMessage {
  readonly subject: string;
  readonly messageId: string;
  readonly producer: string;
  /** Over subject and payload: whoever changes the file cannot make it again. */
  readonly mac: string;
  /** A CloudEvents batch. */
  readonly payload: string;
}

/** What a file of the spool begins with. Another layout has another. */
export const spoolMagic = Buffer.from('PBSPOOL1', 'latin1');
/** Bytes of length and checksum before each body. */
const frameBytes = 8;
/** Longest body, in bytes. A message is 1 MiB at most. */
const maxBodyBytes = 8 * 1_024 * 1_024;

/** One entry: length and CRC-32 of the body, both as 32 bits with the low byte first, then the body. */
export function encodeEntry({ payload, ...head }: SpooledMessage): Buffer {
  // The head's JSON has no line break of its own, so the first one ends it.
  const body = Buffer.from(`${JSON.stringify(head)}\n${payload}`, 'utf8');
  const entry = Buffer.allocUnsafe(frameBytes + body.length);
  entry.writeUInt32LE(body.length, 0);
  entry.writeUInt32LE(crc32(body), 4);
  body.copy(entry, frameBytes);
  return entry;
}

export interface DecodedFile {
  readonly messages: readonly SpooledMessage[];
  /** Bytes after the last entry that reads: a write that a crash cut off, whose records nobody was told are durable. */
  readonly tornBytes: number;
  /** Entries that do not read although others follow, or a file that is none: the disk, or somebody, changed them. */
  readonly damaged: number;
}

/** Reads as much of a file as there is to read. Never throws. */
export function decodeFile(file: Buffer): DecodedFile {
  const messages: SpooledMessage[] = [];
  if (!file.subarray(0, spoolMagic.length).equals(spoolMagic))
    return { messages, tornBytes: file.length, damaged: file.length > spoolMagic.length ? 1 : 0 };
  let at = spoolMagic.length;
  let readUpTo = at;
  let damaged = 0;
  let doubtful = 0;
  while (at + frameBytes <= file.length) {
    const length = file.readUInt32LE(at);
    const end = at + frameBytes + length;
    if (length === 0 || length > maxBodyBytes || end > file.length) break;
    const body = file.subarray(at + frameBytes, end);
    const message = crc32(body) === file.readUInt32LE(at + 4) ? parseBody(body) : null;
    at = end;
    if (message === null) {
      doubtful++;
      continue;
    }
    messages.push(message);
    readUpTo = end;
    damaged += doubtful;
    doubtful = 0;
  }
  return { messages, tornBytes: file.length - readUpTo, damaged };
}

function parseBody(body: Buffer): SpooledMessage | null {
  const headEnd = body.indexOf(0x0a);
  try {
    const head = JSON.parse(body.toString('utf8', 0, headEnd)) as Record<string, unknown>;
    const { subject, messageId, producer, mac } = head;
    if (![subject, messageId, producer, mac].every((one) => typeof one === 'string')) return null;
    return { ...(head as unknown as Omit<SpooledMessage, 'payload'>), payload: body.toString('utf8', headEnd + 1) };
  } catch {
    return null;
  }
}
