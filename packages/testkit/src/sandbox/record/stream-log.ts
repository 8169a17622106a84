import type { StreamRecord } from '../types.ts';

/** Told what one streamed answer could write. */
export interface StreamMeter {
  wrote(bytes: number): void;
  end(): void;
}

/** What the streamed answers could push, oldest first. */
export class StreamLog {
  #records: { tool: string; chunks: number; bytes: number; open: boolean }[] = [];

  begin(tool: string): StreamMeter {
    const record = { tool, chunks: 0, bytes: 0, open: true };
    this.#records.push(record);
    return {
      wrote(bytes) {
        record.chunks++;
        record.bytes += bytes;
      },
      end() {
        record.open = false;
      },
    };
  }

  list(): StreamRecord[] {
    return this.#records.map((record) => ({ ...record }));
  }

  clear(): void {
    this.#records = [];
  }
}
