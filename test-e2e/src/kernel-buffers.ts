import { existsSync, readFileSync } from 'node:fs';

const table = '/proc/net/tcp';

/**
 * Bytes that the kernel holds of what a server on this port has written: not sent, not acknowledged, or not yet read by the
 * client. Null where the system does not tell; Linux does.
 */
export function bytesInKernel(serverPort: number): number | null {
  if (!existsSync(table)) return null;
  let bytes = 0;
  for (const line of readFileSync(table, 'utf8').trim().split('\n').slice(1)) {
    // sl, local address, remote address, state, sending:receiving, …; numbers are hexadecimal.
    const [, local = '', remote = '', , queues = ''] = line.trim().split(/\s+/);
    const [sending = '', receiving = ''] = queues.split(':');
    if (portOf(local) === serverPort) bytes += Number.parseInt(sending, 16);
    if (portOf(remote) === serverPort) bytes += Number.parseInt(receiving, 16);
  }
  return bytes;
}

function portOf(address: string): number {
  return Number.parseInt(address.slice(address.indexOf(':') + 1), 16);
}
