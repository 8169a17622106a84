import { chmodSync, closeSync, fsyncSync, mkdirSync, openSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { realDisk, type SpoolDisk, type SpoolFile } from './spool-disk.ts';
import { decodeFile, encodeEntry, type SpooledMessage, spoolMagic } from './spool-entry.ts';
import { lockSpool } from './spool-lock.ts';

export interface SpoolOptions {
  /** Of this process alone; made with mode 0700 if missing. */
  readonly dir: string;
  /** Most bytes on disk. */
  readonly maxBytes: number;
  /** Bytes after which a file is full and another begins. Default 4 MiB. */
  readonly fileBytes?: number;
  readonly disk?: SpoolDisk;
}

/** Something is wrong with the spool that an operator should know of. Never with a record's content. */
export type SpoolTrouble = (what: string, detail: Readonly<Record<string, unknown>>) => void;

/** The spool did not take a record; nothing of it counts. */
export class SpoolRefusal extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'SpoolRefusal';
  }
}

interface StoredFile {
  readonly path: string;
  readonly bytes: number;
  /** Messages that are dealt with already, counted from the front. */
  taken: number;
  /** The stream will never take one of them. */
  refused: boolean;
}

/** What became of messages of a file, counted from the front; of those taken some may have been refused for good. */
export interface Taken {
  readonly taken: number;
  readonly refused: boolean;
}

interface OpenFile {
  readonly path: string;
  readonly file: SpoolFile;
  /** Of entries that are on disk for certain. */
  bytes: number;
}

interface Waiting {
  readonly entry: Buffer;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const defaultFileBytes = 4 * 1_024 * 1_024;
const suffix = '.spool';

/**
 * Messages on local disk that the stream did not take in time. Only `drain` removes any. Everything that touches the disk
 * runs one after another, so that a file is never read while it grows.
 */
export class Spool {
  readonly #options: SpoolOptions;
  readonly #disk: SpoolDisk;
  readonly #trouble: SpoolTrouble;
  /** Files that are complete, oldest first. */
  #files: StoredFile[] = [];
  #open: OpenFile | null = null;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  /** Entries that wait or are being written. */
  #unwritten = 0;
  /** Bytes on disk. */
  #bytes = 0;
  #work: Promise<unknown> = Promise.resolve();
  #unlock: (() => void) | null = null;
  #nextNumber = 1;
  /** Said once, until it works again. */
  #failing = false;
  #closed = false;

  constructor(options: SpoolOptions, trouble: SpoolTrouble = () => {}) {
    this.#options = options;
    this.#disk = options.disk ?? realDisk;
    this.#trouble = trouble;
  }

  /** Whether nothing is on disk or on its way there. Known once the directory was prepared. */
  get empty(): boolean {
    return this.#files.length === 0 && this.#open === null && this.#unwritten === 0;
  }

  /** Bytes on disk and on their way there. */
  get bytes(): number {
    return this.#bytes + this.#waitingBytes;
  }

  /**
   * Makes the directory ready and finds what a process before left. Done once; what did not succeed is tried again by
   * whatever needs it. @throws SpoolInUse, or the file system's error.
   */
  prepare(): void {
    if (this.#unlock !== null) return;
    const { dir } = this.#options;
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    chmodSync(dir, 0o700);
    syncName(dir);
    const unlock = lockSpool(dir);
    try {
      this.#files = readdirSync(dir)
        .filter((name) => name.endsWith(suffix))
        .sort()
        .map((name) => ({ path: join(dir, name), bytes: statSync(join(dir, name)).size, taken: 0, refused: false }));
      this.#bytes += this.#files.reduce((sum, { bytes }) => sum + bytes, 0);
      const last = this.#files.at(-1)?.path.slice(dir.length + 1, -suffix.length) ?? '0';
      this.#nextNumber = Number(last) + 1;
      this.#unlock = unlock;
    } catch (error) {
      unlock();
      throw error;
    }
  }

  /** Settles when the message is on disk. @throws SpoolRefusal when it is full, or the disk fails. */
  append(message: SpooledMessage): Promise<void> {
    const entry = encodeEntry(message);
    if (this.bytes + entry.length > this.#options.maxBytes)
      return Promise.reject(new SpoolRefusal(`The audit spool is full (${this.#options.maxBytes} bytes).`));
    if (this.#closed) return Promise.reject(new SpoolRefusal('The audit spool is closed.'));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ entry, resolve, reject });
    this.#waitingBytes += entry.length;
    this.#unwritten++;
    // The first one begins a write; those that come until it starts go along.
    if (this.#waiting.length === 1) void this.#next(() => this.#writeWaiting());
    return promise;
  }

  /**
   * Hands out what is on disk when it is called, oldest first, and removes each file that `publish` took. `publish` is given the
   * messages of a file that are left; when it takes fewer than all, that ends the draining.
   */
  async drain(publish: (messages: readonly SpooledMessage[]) => Promise<Taken>): Promise<void> {
    await this.#next(() => this.#endFile());
    for (const stored of [...this.#files]) {
      const { messages, damaged } = decodeFile(await this.#disk.read(stored.path));
      const { taken, refused } = await publish(messages.slice(stored.taken));
      stored.taken += taken;
      stored.refused ||= refused;
      if (stored.taken < messages.length) return;
      if (damaged === 0 && !stored.refused) await this.#disk.remove(stored.path);
      else await this.#setAside(stored.path, damaged);
      this.#files.shift();
      this.#bytes -= stored.bytes;
    }
  }

  /** Waits for what is being written. What is on disk stays there for the next process. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#next(() => this.#endFile());
    this.#unlock?.();
    this.#unlock = null;
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => {});
    return done;
  }

  /** Group commit: one write and one sync for all that wait. */
  async #writeWaiting(): Promise<void> {
    const group = this.#waiting;
    const bytes = this.#waitingBytes;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#bytes += bytes; // counted before it is there, so that the bound holds
    try {
      this.prepare();
      const open = await this.#fileToWrite();
      await open.file.append(Buffer.concat(group.map(({ entry }) => entry)));
      await open.file.sync();
      open.bytes += bytes;
      this.#failing = false;
      for (const { resolve } of group) resolve();
    } catch (error) {
      this.#bytes -= bytes;
      await this.#abandonFile();
      const refusal = new SpoolRefusal('The audit spool could not be written.', error);
      for (const { reject } of group) reject(refusal);
      if (!this.#failing) this.#trouble('The audit spool cannot be written', { err: error });
      this.#failing = true;
    } finally {
      this.#unwritten -= group.length;
    }
  }

  async #fileToWrite(): Promise<OpenFile> {
    if (this.#open !== null && this.#open.bytes >= (this.#options.fileBytes ?? defaultFileBytes)) await this.#endFile();
    if (this.#open !== null) return this.#open;
    const path = join(this.#options.dir, `${String(this.#nextNumber++).padStart(12, '0')}${suffix}`);
    const file = await this.#disk.create(this.#options.dir, path);
    this.#open = { path, file, bytes: 0 };
    await file.append(spoolMagic);
    this.#open.bytes = spoolMagic.length;
    this.#bytes += spoolMagic.length;
    return this.#open;
  }

  /** The file grows no more and may be drained. */
  async #endFile(): Promise<void> {
    const open = this.#open;
    if (open === null) return;
    this.#open = null;
    this.#files.push({ path: open.path, bytes: open.bytes, taken: 0, refused: false });
    await open.file.close();
  }

  /**
   * After a failed write or sync nothing is known of the pages written: the file is cut to what was on disk before, as far as
   * that still works, and not used again.
   */
  async #abandonFile(): Promise<void> {
    const open = this.#open;
    if (open === null) return;
    await open.file.cutTo(open.bytes).catch(() => {});
    await this.#endFile().catch(() => {});
    if (open.bytes > spoolMagic.length) return;
    this.#files = this.#files.filter(({ path }) => path !== open.path);
    this.#bytes -= open.bytes;
    await this.#disk.remove(open.path).catch(() => {});
  }

  /** Keeps a file of which something does not read, or is not taken, for whoever wants to know what happened. */
  async #setAside(path: string, damaged: number): Promise<void> {
    const aside = `${path.slice(0, -suffix.length)}.aside`;
    await this.#disk.rename(path, aside);
    this.#trouble('Entries of the audit spool did not reach the stream: their file is kept', { file: aside, damaged });
  }
}

/** A directory that was made just now outlives a power cut only when the one above it is on disk. */
function syncName(dir: string): void {
  const above = openSync(dirname(dir), 'r');
  try {
    fsyncSync(above);
  } finally {
    closeSync(above);
  }
}
