import type { Lane, LaneHandler } from './socket-pool.ts';

const ready = new Error('the socket is ready');

/**
 * A dispatch that ends when a socket is ready to be written to: undici connects for it, and drops it unwritten when it
 * throws at the start. `done` says whether a socket was ready.
 */
export class WarmUp implements LaneHandler {
  readonly options = { method: 'GET', path: '/' };
  lane: Lane | null = null;
  settled = false;
  readonly done: Promise<boolean>;
  private settle!: (ready: boolean) => void;

  constructor() {
    this.done = new Promise((resolve) => {
      this.settle = resolve;
    });
  }

  queued(): void {}

  onRequestStart(): void {
    this.settled = true;
    this.settle(true);
    throw ready;
  }

  onResponseError(): void {
    this.settled = true;
    this.settle(false);
    const { lane } = this;
    this.lane = null;
    // Not while undici empties its queue: see Transfer.
    queueMicrotask(() => lane?.release());
  }

  // undici insists that these exist; nothing is sent, so nothing answers.
  onResponseStart(): void {}
  onResponseData(): void {}
  onResponseEnd(): void {}
}
