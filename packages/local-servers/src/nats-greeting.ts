import { connect } from 'node:net';

/** What a nats-server says first to anyone who connects, as far as it matters here. */
export interface NatsGreeting {
  readonly server_name: string;
  readonly version: string;
  readonly jetstream: boolean;
}

/** The greeting (`INFO {…}`) of the NATS server at an address, or null when none answers within `timeoutMs`. */
export function readGreeting(host: string, port: number, timeoutMs = 1_000): Promise<NatsGreeting | null> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect({ host, port });
    const finish = (greeting: NatsGreeting | null) => {
      socket.destroy();
      resolve(greeting);
    };
    socket.setEncoding('utf8');
    socket.setTimeout(timeoutMs, () => finish(null));
    socket.on('error', () => finish(null));
    socket.on('close', () => resolve(null));
    socket.on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\r\n');
      if (end !== -1) finish(parseGreeting(text.slice(0, end)));
      else if (text.length > 65_536) finish(null);
    });
  });
}

/** The greeting in a protocol line, or null when it is another line. */
export function parseGreeting(line: string): NatsGreeting | null {
  if (!line.startsWith('INFO ')) return null;
  try {
    const { server_name, version, jetstream } = JSON.parse(line.slice(5));
    return typeof server_name === 'string' && typeof version === 'string'
      ? { server_name, version, jetstream: jetstream === true }
      : null;
  } catch {
    return null;
  }
}
