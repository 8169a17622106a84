import type { Bucket } from '@patchbay/messaging';

/** The registry's bucket is older than what was seen of it. */
export class RolledBackError extends Error {
  readonly present: number;
  readonly seen: number;
  constructor(present: number, seen: number) {
    super(
      `The registry was rolled back: its bucket stands at revision ${present}, but revision ${seen} was seen. Restore the ` +
        `newer state, or accept the older one by starting with PATCHBAY_ACCEPT_REGISTRY_REVISION=${present}.`,
    );
    this.name = 'RolledBackError';
    this.present = present;
    this.seen = seen;
  }
}

export interface RevisionFence {
  /** Settles when the newest revision seen stands in the bucket. */
  settled(): Promise<void>;
}

export interface RevisionFenceOptions {
  /** Bucket `fences`. */
  readonly bucket: Pick<Bucket, 'get' | 'create' | 'update'>;
  readonly copy: { readonly revision: number; onChange(listener: () => void): unknown };
  /** The revision that an operator accepts although a newer one was seen; null: none. */
  readonly accepted: number | null;
  /** Told when what was seen could not be written down. */
  readonly onError: (error: unknown) => void;
}

const key = 'integrations';

/**
 * Keeps, apart from the registry's own bucket, the newest revision that any executor has seen of it, so that a bucket
 * restored from an older backup is noticed by a process that starts on it: what was withdrawn or mended since must not
 * run again in silence. A process that runs needs no fence: its copy never goes back.
 * @throws RolledBackError when the copy is older than what was seen and nobody accepted just that.
 */
export async function fenceRevisions(options: RevisionFenceOptions): Promise<RevisionFence> {
  const { bucket, copy, accepted, onError } = options;
  const start = await read();
  if (start.revision > copy.revision) {
    if (accepted !== copy.revision) throw new RolledBackError(copy.revision, start.revision);
    await write(copy.revision, start.at);
  }
  let work: Promise<void> | null = null;
  raise();
  copy.onChange(raise);
  return { settled: async () => void (await work) };

  /** One write at a time: it takes what is newest when its turn comes. */
  function raise(): void {
    work ??= keep()
      .catch(onError)
      .finally(() => {
        work = null;
      });
  }

  async function keep(): Promise<void> {
    for (;;) {
      const stored = await read();
      if (stored.revision >= copy.revision) return;
      await write(copy.revision, stored.at);
    }
  }

  async function read(): Promise<{ revision: number; at: number | null }> {
    const entry = await bucket.get(key);
    if (entry === null) return { revision: 0, at: null };
    return { revision: Number(Buffer.from(entry.value).toString('utf8')), at: entry.revision };
  }

  /** Another executor that is first has seen as much, or the next round tells. */
  async function write(revision: number, at: number | null): Promise<void> {
    if (at === null) await bucket.create(key, String(revision));
    else await bucket.update(key, String(revision), at);
  }
}
