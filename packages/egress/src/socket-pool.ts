import type { Client, Dispatcher } from 'undici';

/** A dispatch handler that holds a lane from its dispatch until undici's last call to it. */
export interface LaneHandler extends Dispatcher.DispatchHandler {
  lane: Lane | null;
  /** Called when it has to wait for a lane; what it is given next is its lane. */
  queued(): void;
  readonly options: Dispatcher.DispatchOptions;
  /** Nobody waits for it any more, so it need not be dispatched. */
  readonly settled: boolean;
}

/** One undici client, that is one socket at a time, which it opens anew when it must. */
export class Lane {
  readonly client: Client;
  /** When its last request ended, on the clock of `performance.now()`. */
  freedAt = 0;
  private readonly pool: SocketPool;

  constructor(client: Client, pool: SocketPool) {
    this.client = client;
    this.pool = pool;
  }

  /** Called when undici is through with the lane's request. */
  release(): void {
    this.pool.freed(this);
  }
}

/**
 * The sockets to one address, one request on each at a time; further requests wait in order. undici's own pool counts a
 * socket as taken until a turn after its answer, and opens another for a request that follows at once, which costs a
 * conversation of dependent calls a second handshake; this one gives it to the same socket.
 */
export class SocketPool {
  private readonly createClient: () => Client;
  private readonly maxSockets: number;
  private readonly lanes: Lane[] = [];
  /** Last used first out, so that sockets not needed fall idle and close. */
  private readonly free: Lane[] = [];
  private waiting: LaneHandler[] = [];
  /** Index of the first in `waiting` that still waits. */
  private head = 0;
  private closing: PromiseWithResolvers<void> | null = null;

  constructor(maxSockets: number, createClient: () => Client) {
    this.maxSockets = maxSockets;
    this.createClient = createClient;
  }

  get isIdle(): boolean {
    return this.free.length === this.lanes.length;
  }

  /** When the last request ended of the open socket that has been idle for longest; null when there is none. */
  get idleSince(): number | null {
    return this.longestIdle()?.freedAt ?? null;
  }

  /** Closes that socket. Ends when its descriptor is free; false when there is none. */
  async closeIdle(): Promise<boolean> {
    const lane = this.longestIdle();
    if (lane === undefined) return false;
    this.free.splice(this.free.indexOf(lane), 1);
    this.lanes.splice(this.lanes.indexOf(lane), 1);
    await lane.client.destroy();
    return true;
  }

  dispatch(handler: LaneHandler): void {
    const lane = this.free.pop() ?? this.addLane();
    if (lane !== null) return occupy(lane, handler);
    handler.queued();
    this.waiting.push(handler);
  }

  /** Ends once every request, waiting ones too, has ended and its socket is closed. */
  close(): Promise<void> {
    this.closing ??= Promise.withResolvers<void>();
    if (this.isIdle) this.closeClients(this.closing);
    return this.closing.promise;
  }

  freed(lane: Lane): void {
    const next = this.nextWaiting();
    if (next !== null) return occupy(lane, next);
    lane.freedAt = performance.now();
    this.free.push(lane);
    if (this.closing !== null && this.isIdle) this.closeClients(this.closing);
  }

  private longestIdle(): Lane | undefined {
    // Taken from the end and put back there, so the first of them was freed first.
    return this.free.find(({ client }) => client.stats.connected);
  }

  private addLane(): Lane | null {
    if (this.lanes.length >= this.maxSockets) return null;
    const lane = new Lane(this.createClient(), this);
    this.lanes.push(lane);
    return lane;
  }

  private nextWaiting(): LaneHandler | null {
    while (this.head < this.waiting.length) {
      const next = this.waiting[this.head];
      this.head += 1;
      if (next !== undefined && !next.settled) return next;
    }
    this.waiting = [];
    this.head = 0;
    return null;
  }

  private closeClients(closing: PromiseWithResolvers<void>): void {
    Promise.all(this.lanes.map(({ client }) => client.close())).then(() => closing.resolve(), closing.reject);
  }
}

function occupy(lane: Lane, handler: LaneHandler): void {
  handler.lane = lane;
  lane.client.dispatch(handler.options, handler);
}
