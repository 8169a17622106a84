import { liveCloseCodes } from '@patchbay/contracts';

export interface SocketCaps {
  /** Sockets open at once, and of them by one key. */
  readonly total: number;
  readonly perKey: number;
  /** Of those nobody has authenticated yet. */
  readonly strangers: number;
}

/** What is held of an open socket. */
export interface HeldSocket {
  look(): void;
  end(code: number, reason: string): void;
}

/** Milliseconds between looks at the sockets. */
const lookEveryMs = 1_000;
/** WebSocket close code of a server that ends, RFC 6455. */
const goingAway = 1_001;

/** Every socket of this process, counted by the key that it was opened with, and looked at by one timer. */
export class LiveSockets {
  readonly #caps: SocketCaps;
  readonly #held = new Map<HeldSocket, string | null>();
  readonly #ofKey = new Map<string | null, number>();
  readonly #timer: NodeJS.Timeout;

  constructor(caps: SocketCaps) {
    this.#caps = caps;
    this.#timer = setInterval(() => {
      for (const one of [...this.#held.keys()]) one.look();
    }, lookEveryMs).unref();
  }

  get size(): number {
    return this.#held.size;
  }

  /** Whether one more may come of a key, or of a stranger (null). */
  hasRoom(key: string | null): boolean {
    const { total, perKey, strangers } = this.#caps;
    return this.#held.size < total && this.#count(key) < (key === null ? strangers : perKey);
  }

  hold(socket: HeldSocket, key: string | null): void {
    this.release(socket);
    this.#held.set(socket, key);
    this.#ofKey.set(key, this.#count(key) + 1);
  }

  release(socket: HeldSocket): void {
    const key = this.#held.get(socket);
    if (key === undefined) return;
    this.#held.delete(socket);
    const left = this.#count(key) - 1;
    if (left > 0) this.#ofKey.set(key, left);
    else this.#ofKey.delete(key);
  }

  close(): void {
    clearInterval(this.#timer);
    for (const one of [...this.#held.keys()]) one.end(goingAway, 'the gateway ends; come again');
  }

  #count(key: string | null): number {
    return this.#ofKey.get(key) ?? 0;
  }
}

/** How a socket is closed that may not come, or not any more. */
export const closings = {
  noRoom: [liveCloseCodes.tooMany, 'too many sockets are open'],
  keyEnded: [liveCloseCodes.notAuthenticated, 'the key has ended'],
  noKey: [liveCloseCodes.notAuthenticated, 'no key came that is in use'],
} as const;
