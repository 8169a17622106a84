/** What went over one connection, in order. */
export interface CapturedConnection {
  readonly toServer: Buffer;
  readonly toClient: Buffer;
}

type Direction = 'toServer' | 'toClient';

/** Keeps the bytes of connections up to a limit, and counts what it could not keep. */
export class Capture {
  readonly #maxBytes: number;
  #records: Record<Direction, Buffer[]>[] = [];
  #keptBytes = 0;
  #missedBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get missedBytes(): number {
    return this.#missedBytes;
  }

  open(): { keep(direction: Direction, chunk: Buffer): void } {
    const record: Record<Direction, Buffer[]> = { toServer: [], toClient: [] };
    this.#records.push(record);
    return {
      keep: (direction, chunk) => {
        const kept = chunk.subarray(0, Math.max(0, this.#maxBytes - this.#keptBytes));
        this.#missedBytes += chunk.length - kept.length;
        this.#keptBytes += kept.length;
        if (kept.length > 0) record[direction].push(kept);
      },
    };
  }

  connections(): CapturedConnection[] {
    return this.#records.map(({ toServer, toClient }) => ({
      toServer: Buffer.concat(toServer),
      toClient: Buffer.concat(toClient),
    }));
  }

  /** Connections that are open go on being kept, from here. */
  clear(): void {
    for (const record of this.#records) {
      record.toServer = [];
      record.toClient = [];
    }
    this.#keptBytes = 0;
    this.#missedBytes = 0;
  }
}
