import { connect } from 'node:net';

/** Whether a Redis server at the address takes the password and answers, within `timeoutMs`. */
export function pingRedis(host: string, port: number, password: string, timeoutMs = 1_000): Promise<boolean> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect({ host, port });
    const finish = (ready: boolean) => {
      socket.destroy();
      resolve(ready);
    };
    socket.setEncoding('utf8');
    socket.setTimeout(timeoutMs, () => finish(false));
    socket.on('error', () => finish(false));
    socket.on('close', () => resolve(false));
    socket.on('connect', () => socket.write(`AUTH ${password}\r\nPING\r\n`));
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (text.includes('+PONG\r\n')) finish(true);
      else if (/^-/m.test(text) || text.length > 4_096) finish(false);
    });
  });
}
