import { connect } from 'node:net';

/** A client of NATS in plain protocol, to see what the server itself says. */
export interface RawNats {
  /** Whether the server lets it publish there. */
  mayPublish(subject: string): Promise<boolean>;
  maySubscribe(subject: string): Promise<boolean>;
  /** Settles when the server has ended the connection. */
  readonly ended: Promise<void>;
  close(): void;
}

/** Connects with a password or a token. @throws Error with what the server said when it refused. */
export async function rawNats(
  url: string,
  proof: { auth_token: string } | { user: string; pass: string },
): Promise<RawNats> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const over = Promise.withResolvers<void>();
  let said = '';
  let wake = () => {};
  socket.on('error', () => {});
  socket.on('close', () => {
    over.resolve();
    wake();
  });
  socket.on('data', (data) => {
    said += data;
    if (said.includes('PING\r\n')) {
      said = said.replace('PING\r\n', '');
      socket.write('PONG\r\n');
    }
    wake();
  });
  const ask = async (line: string) => {
    said = '';
    socket.write(`${line}PING\r\n`);
    while (!said.includes('PONG\r\n') && !socket.destroyed) await new Promise<void>((resolve) => (wake = resolve));
    return said;
  };
  const connected = await ask(`CONNECT ${JSON.stringify({ verbose: false, lang: 'test', protocol: 1, ...proof })}\r\n`);
  if (!connected.includes('PONG')) throw new Error(connected.match(/-ERR '(.*)'/)?.[1] ?? 'refused');
  let sid = 0;
  const allowed = async (line: string) => {
    const answer = await ask(line);
    return answer.includes('PONG') && !answer.includes('Permissions Violation');
  };
  return {
    mayPublish: (subject) => allowed(`PUB ${subject} 2\r\n{}\r\n`),
    maySubscribe: (subject) => allowed(`SUB ${subject} ${++sid}\r\n`),
    ended: over.promise,
    close: () => socket.destroy(),
  };
}
