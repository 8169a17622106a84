import { connect, type Socket } from 'node:net';
import { connect as secure } from 'node:tls';

/** Milliseconds of silence: longer than a server gives a client to prove itself, when nobody knows who it is. */
const patienceMs = 6_000;
const hello = 'CONNECT {"verbose":false,"pedantic":false,"name":"patchbay-doctor"}\r\nPING\r\n';

/**
 * Whether a NATS server lets in somebody who says nothing of themselves: `in`, `refused`, or `silent` when nobody answers. What it
 * says of itself would not do: with a user for those who name none, it still calls itself closed.
 */
export function tryAnonymous(url: string): Promise<'in' | 'refused' | 'silent'> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 4_222) });
    let channel: Socket = socket;
    let text = '';
    const end = (verdict: 'in' | 'refused' | 'silent') => {
      channel.destroy();
      socket.destroy();
      resolve(verdict);
    };
    socket.setTimeout(patienceMs, () => end(text === '' ? 'silent' : 'refused'));
    const follow = () => {
      channel.on('error', () => end(text === '' ? 'silent' : 'refused'));
      channel.on('close', () => end(text === '' ? 'silent' : 'refused'));
      channel.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1');
        if (/^PONG\r?$/m.test(text)) return end('in');
        if (/^-ERR/m.test(text)) return end('refused');
      });
    };
    socket.once('error', () => end('silent'));
    socket.once('data', (greeting: Buffer) => {
      text = greeting.toString('latin1');
      if (/"tls_required":true/.test(text)) {
        // Nothing is told to it, so it need not show who it is.
        channel = secure({ socket, rejectUnauthorized: false }, () => channel.write(hello));
        follow();
        return;
      }
      follow();
      channel.write(hello);
    });
  });
}
