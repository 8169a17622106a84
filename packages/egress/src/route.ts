import { Client } from 'undici';
import { createDialer } from './dial.ts';
import type { Reason } from './reasons.ts';
import { addressesOf } from './resolve-name.ts';
import type { Settings } from './settings.ts';
import { type LaneHandler, SocketPool } from './socket-pool.ts';
import type { Target } from './target.ts';

/** Milliseconds a checked answer of the DNS is used for: an address that is given up must not be dialled for long. */
export const pinMs = 30_000;
/** Milliseconds after which a request in passing has the answer renewed, so that none has to wait for it. */
const refreshAfterMs = 20_000;
/** Larger response headers end the exchange. */
const maxHeaderBytes = 32 * 1024;

/**
 * The way of one tenant to one origin: its checked addresses, and a pool of sockets to the one in use. One pool belongs
 * to one (tenant, origin, address); when the address changes, the pool is closed and another one made.
 */
export class Route {
  readonly tenant: string;
  readonly target: Target;
  lastUsedAt = 0;
  private readonly settings: Settings;
  private readonly countSocket: (change: 1 | -1) => void;
  private addresses: readonly string[] = [];
  private index = 0;
  private refreshAt = 0;
  private expiresAt = 0;
  private resolving: Promise<Reason | null> | null = null;
  private pool: SocketPool | null = null;
  private closed = false;
  private readonly closing = new Set<Promise<void>>();

  constructor(tenant: string, target: Target, settings: Settings, countSocket: (change: 1 | -1) => void) {
    this.tenant = tenant;
    this.target = target;
    this.settings = settings;
    this.countSocket = countSocket;
    const fixed = settings.dialOverride?.address ?? target.literal;
    if (fixed !== null) this.adopt([fixed], Number.POSITIVE_INFINITY);
  }

  /** The address in use. */
  get address(): string {
    return this.addresses[this.index] ?? '';
  }

  get addressCount(): number {
    return this.addresses.length;
  }

  get hasPool(): boolean {
    return this.pool !== null;
  }

  get isIdle(): boolean {
    return this.resolving === null && (this.pool === null || this.pool.isIdle);
  }

  /** When its socket was last used that has been idle for longest; null when none is idle. */
  get idleSince(): number | null {
    return this.pool?.idleSince ?? null;
  }

  /** Closes that socket; false when there is none. */
  async closeIdle(): Promise<boolean> {
    return (await this.pool?.closeIdle()) ?? false;
  }

  /** Whether it can be used at once; renews the addresses in the background when they are getting old. */
  isReady(now: number): boolean {
    if (now < this.refreshAt) return true;
    if (now >= this.expiresAt) return false;
    void this.resolve();
    return true;
  }

  /** Resolves the name and checks every answer; null, or why there is no way. Callers at the same time share one resolution. */
  resolve(): Promise<Reason | null> {
    this.resolving ??= this.resolveOnce().finally(() => {
      this.resolving = null;
    });
    return this.resolving;
  }

  /** Hands a request to the pool of the address in use. Only for a route that is ready or just resolved. */
  dispatch(handler: LaneHandler): void {
    this.pool ??= this.createPool(this.address);
    this.pool.dispatch(handler);
    // Closed while the name was being resolved: the pool is for this request alone.
    if (this.closed) this.dropPool();
  }

  /** Turns to the next address, unless somebody has turned away from `failed` already. */
  turnFrom(failed: string): void {
    if (this.address !== failed || this.addresses.length < 2) return;
    this.index = (this.index + 1) % this.addresses.length;
    this.dropPool();
  }

  /** Lets requests under way end, then closes the sockets. */
  async close(): Promise<void> {
    this.closed = true;
    this.dropPool();
    await Promise.all(this.closing);
  }

  private async resolveOnce(): Promise<Reason | null> {
    const { settings, target } = this;
    const resolve = target.trusted ? settings.resolveTrusted : settings.resolve;
    const answer = await addressesOf(target.hostname, resolve);
    if (typeof answer === 'string') return answer;
    // One bad answer refuses them all: a host that mixes them is not to be trusted with the good ones.
    if (!answer.every(target.mayReach)) {
      this.adopt([], 0);
      return 'address_not_public';
    }
    this.adopt(answer, performance.now());
    return null;
  }

  private adopt(addresses: readonly string[], checkedAt: number): void {
    const kept = addresses.indexOf(this.address);
    if (kept === -1) this.dropPool();
    this.addresses = addresses;
    this.index = Math.max(0, kept);
    this.refreshAt = addresses.length === 0 ? 0 : checkedAt + refreshAfterMs;
    this.expiresAt = addresses.length === 0 ? 0 : checkedAt + pinMs;
  }

  private dropPool(): void {
    if (this.pool === null) return;
    const closing = this.pool.close().then(() => {
      this.closing.delete(closing);
    });
    this.closing.add(closing);
    this.pool = null;
  }

  private createPool(address: string): SocketPool {
    const { settings, target } = this;
    const connect = createDialer({
      address,
      port: settings.dialOverride?.port ?? target.port,
      overridden: settings.dialOverride !== null,
      mayReach: target.mayReach,
      connectTimeoutMs: settings.connectTimeoutMs,
      secureContext: settings.secureContext,
      onSocket: this.countSocket,
    });
    const options = {
      pipelining: 1,
      allowH2: false,
      // The parser is not for the environment to choose.
      useMilo: false,
      connect,
      keepAliveTimeout: settings.idleMs,
      keepAliveMaxTimeout: settings.idleMs,
      // An upstream that says "timeout=5" is believed to mean 4.5 s.
      keepAliveTimeoutThreshold: 500,
      maxHeaderSize: maxHeaderBytes,
      // The deadline of each request is the only timer.
      headersTimeout: 0,
      bodyTimeout: 0,
    };
    // The origin stays the name's, for Host and SNI; where it leads is the dialer's affair.
    return new SocketPool(settings.maxSocketsPerPool, () => new Client(target.origin, options));
  }
}
