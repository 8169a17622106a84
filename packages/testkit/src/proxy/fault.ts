/** Which bytes a fault concerns: those to the server, those to the client, or both. */
export type FaultDirection = 'toServer' | 'toClient' | 'both';

/**
 * One way in which a connection goes wrong. The eight behaviours of Toxiproxy (github.com/Shopify/toxiproxy, "toxics"),
 * over plain sockets. Times in milliseconds.
 */
export type Fault =
  /** Bytes arrive `ms` ± `jitterMs` later, in order. */
  | { readonly kind: 'latency'; readonly ms: number; readonly jitterMs?: number }
  /** Nobody listens: open connections end, new ones are refused. Has no direction. */
  | { readonly kind: 'down' }
  | { readonly kind: 'bandwidth'; readonly bytesPerSecond: number }
  /** The end of the stream is passed on `ms` late. */
  | { readonly kind: 'slow_close'; readonly ms: number }
  /** A black hole: bytes are held back, and after `ms` the connection ends; 0 holds them until the fault is taken away. */
  | { readonly kind: 'timeout'; readonly ms: number }
  /** Both sides get a TCP reset, `afterMs` after the fault or the connection began. */
  | { readonly kind: 'reset_peer'; readonly afterMs: number }
  /** Bytes arrive in pieces of `bytes` ± `variation`, `delayMs` apart. */
  | { readonly kind: 'slicer'; readonly bytes: number; readonly variation?: number; readonly delayMs?: number }
  /** The connection ends after so many bytes: in order, or by a reset. */
  | { readonly kind: 'limit_data'; readonly bytes: number; readonly end?: 'close' | 'reset' };

export type FaultOf<Kind extends Fault['kind']> = Extract<Fault, { kind: Kind }>;

/** A fault in force. */
export interface ActiveFault {
  readonly fault: Fault;
  readonly direction: FaultDirection;
  /** Share of connections it befalls, 0 to 1. */
  readonly share: number;
}
