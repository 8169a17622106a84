import type { Dispatcher } from 'undici';

const ready = new Error('the socket is ready');

/**
 * A dispatch that ends when a socket is ready to be written to: undici connects for it, and drops it unwritten when it
 * throws at the start. `done` says whether a socket was ready.
 */
export class WarmUp implements Dispatcher.DispatchHandler {
  readonly done: Promise<boolean>;
  private settle!: (ready: boolean) => void;

  constructor() {
    this.done = new Promise((resolve) => {
      this.settle = resolve;
    });
  }

  onRequestStart(): void {
    this.settle(true);
    throw ready;
  }

  onResponseError(): void {
    this.settle(false);
  }

  // undici insists that these exist; nothing is sent, so nothing answers.
  onResponseStart(): void {}
  onResponseData(): void {}
  onResponseEnd(): void {}
}
