import type { Egress } from '@patchbay/egress';
import { importError, maxDescriptionBytes } from '@patchbay/openapi-import';

const maxHops = 4;
const timeoutMs = 60_000;

/**
 * The text behind a URL, through the egress guard: https, at a public address, of bounded size. Redirects are followed, each
 * as a request of its own. @throws importError `unreadable`
 */
export async function fetchDescription(
  url: string,
  egress: Pick<Egress, 'send'>,
  signal: AbortSignal,
  maxBytes = maxDescriptionBytes,
): Promise<string> {
  let at = url;
  const deadlineAt = performance.now() + timeoutMs;
  for (let hop = 0; hop < maxHops; hop++) {
    const host = URL.parse(at)?.host ?? '';
    const outcome = await egress.send({
      tenant: 'patchbay-cli',
      method: 'GET',
      url: at,
      headers: {
        accept: 'application/json, application/yaml, text/yaml, */*;q=0.5',
        'accept-encoding': 'gzip',
        'user-agent': 'patchbay-cli',
      },
      body: null,
      hosts: [host],
      deadlineAt,
      signal,
      maxResponseBytes: maxBytes,
    });
    if (!outcome.ok) throw unreadable(`${outcome.failure.message} (${outcome.failure.reason})`);
    const { status, headers, body } = outcome.response;
    const location = headers['location'];
    if (status >= 300 && status < 400 && typeof location === 'string') {
      at = URL.parse(location, at)?.href ?? '';
      continue;
    }
    if (status !== 200) throw unreadable(`The server answered ${status}.`);
    return Buffer.from(body).toString('utf8');
  }
  throw unreadable('The server redirects again and again.');
}

function unreadable(reason: string): Error {
  return importError(
    'unreadable',
    `The description cannot be fetched: ${reason} Fetch it otherwise, then import the file.`,
  );
}
