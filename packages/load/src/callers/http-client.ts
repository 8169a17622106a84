import { Agent as HttpAgent, type IncomingMessage, request as overHttp } from 'node:http';
import { Agent as HttpsAgent, request as overHttps } from 'node:https';

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** Sockets kept open at the most: as many as a load may have calls in flight, within what a process may open. */
const mostSockets = 1_024;
/** Bytes of an answer that are read; past that the call fails. */
const mostBytes = 16 * 1_048_576;

/** Posts to one origin over sockets that stay open. Redirects are not followed. */
export class HttpClient {
  readonly #url: URL;
  readonly #agent: HttpAgent;
  readonly #request: typeof overHttp;

  constructor(origin: string) {
    this.#url = new URL(origin);
    const secure = this.#url.protocol === 'https:';
    const settings = { keepAlive: true, maxSockets: mostSockets, scheduling: 'lifo' } as const;
    this.#agent = secure ? new HttpsAgent(settings) : new HttpAgent(settings);
    this.#request = secure ? overHttps : overHttp;
  }

  /** Rejects with a system error, or a `TimeoutError`, when no answer comes within `timeoutMs`. */
  post(
    path: string,
    headers: Readonly<Record<string, string>>,
    body: string | Uint8Array,
    timeoutMs: number,
  ): Promise<HttpAnswer> {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    return new Promise((resolve, reject) => {
      const sent = this.#request(
        new URL(path, this.#url),
        { method: 'POST', agent: this.#agent, headers: { ...headers, 'content-length': String(bytes.length) } },
        (answer) => {
          read(answer).then((text) => {
            clearTimeout(timer);
            resolve({ status: answer.statusCode ?? 0, body: text });
          }, reject);
        },
      );
      const timer = setTimeout(
        () => sent.destroy(Object.assign(new Error('No answer came in time.'), { name: 'TimeoutError' })),
        timeoutMs,
      );
      sent.on('error', (error) => {
        clearTimeout(timer);
        reject(error);
      });
      sent.end(bytes);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

async function read(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer) {
    bytes += (chunk as Buffer).length;
    if (bytes > mostBytes) throw new Error('The answer is larger than a load reads.');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
