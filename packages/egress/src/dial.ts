import type { Socket } from 'node:net';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { buildConnector } from 'undici';
import { canonicalAddress } from './public-address.ts';

/** Carried by the error of a connection that did not end at the address it was dialled to. */
export const peerAddressChanged = 'PATCHBAY_PEER_ADDRESS_CHANGED';

export interface DialOptions {
  /** The checked address, canonical; or, when overridden, the host to dial. */
  readonly address: string;
  readonly port: number;
  /** Plain TCP whatever the URL's scheme, and no check of the peer. Development only. */
  readonly overridden: boolean;
  /** Step 10: whether an address may be talked to. */
  readonly mayReach: (address: string) => boolean;
  readonly connectTimeoutMs: number;
  readonly secureContext: SecureContext | null;
  readonly onSocket: (change: 1 | -1) => void;
}

/**
 * A connector for one pool. It dials the address that was checked, never the name; SNI, certificate check and Host stay
 * with the name, which undici takes from the pool's origin. After the connect it compares the peer's address once more.
 */
export function createDialer(options: DialOptions): buildConnector.connector {
  const connect = buildConnector({
    allowH2: false,
    timeout: options.connectTimeoutMs,
    autoSelectFamily: false,
    // Said outright, so that NODE_TLS_REJECT_UNAUTHORIZED in the environment cannot undo it.
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    ...(options.secureContext === null ? {} : { secureContext: options.secureContext }),
  });

  return (wanted, callback) => {
    const port = String(options.port);
    const dialled = options.overridden
      ? { protocol: 'http:', hostname: options.address, port }
      : { ...wanted, hostname: options.address, port };
    connect(dialled, (error, socket) => {
      if (error !== null) return callback(error, null);
      options.onSocket(1);
      socket.once('close', () => options.onSocket(-1));
      if (!options.overridden && !isCheckedPeer(socket, options)) {
        socket.destroy();
        return callback(Object.assign(new Error('peer address changed'), { code: peerAddressChanged }), null);
      }
      callback(null, socket);
    });
  };
}

/** Whether a socket's far end is the address that was checked, and still one that may be reached. */
export function isCheckedPeer(
  socket: Pick<Socket, 'remoteAddress'>,
  { address, mayReach }: Pick<DialOptions, 'address' | 'mayReach'>,
): boolean {
  if (socket.remoteAddress === undefined) return false;
  const peer = canonicalAddress(socket.remoteAddress);
  return peer === address && mayReach(peer);
}

/** The usual authorities and one more; made once, because reading them takes milliseconds. */
export function secureContextWith(ca: string | undefined): SecureContext | null {
  if (ca === undefined) return null;
  return createSecureContext({ ca: [...getCACertificates('default'), ca], minVersion: 'TLSv1.2' });
}
