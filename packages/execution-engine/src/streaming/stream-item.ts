/** One item of a stream as read, before anything is picked from it. */
export interface StreamItem {
  readonly value: unknown;
  /** Characters it was read from: an upper bound for what it holds. */
  readonly length: number;
}

/** Makes items of bytes as they come. Throws a `StreamProblem` for what is not what the document says. */
export interface ItemReader {
  push(bytes: Uint8Array): StreamItem[];
  /** What the end of the answer completes. */
  end(): StreamItem[];
  /** True after an item that says that no more will come. */
  readonly ended: boolean;
}

/** Why a stream cannot be read on. */
export class StreamProblem extends Error {
  readonly code: 'response_invalid' | 'response_too_large';
  constructor(code: StreamProblem['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** Most characters of one item. A longer one would have to be held whole. */
export const maxItemLength = 262_144;
