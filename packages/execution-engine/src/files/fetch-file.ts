import type { ErrorBody } from '@patchbay/contracts';
import { errorBody } from '@patchbay/contracts';
import type { EgressOutcome, EgressResponse } from '@patchbay/egress';
import { noSocketRetryMs } from '../attempts/backoff.ts';
import type { AttemptPorts, Execution } from '../attempts/execution.ts';
import { isMediaType } from '../request/file-argument.ts';
import type { FileReference } from './file-plan.ts';

const maxRedirects = 3;
const redirecting = new Set([301, 302, 303, 307, 308]);
const noAnswer: EgressOutcome = {
  ok: false,
  failure: { kind: 'deadline', sent: true, reason: 'deadline_passed', message: 'The deadline passed.' },
};

/** A fetched file in place of its URL. */
export interface FetchedFile {
  readonly filename: string;
  readonly content_type: string | undefined;
  readonly bytes: Uint8Array;
}

/**
 * Fetches one file through the egress guard: no credential, no redirect that the tool's rules would not allow as a URL, the
 * size cap while it is read, all of it inside the deadline. The answer of a failed fetch repeats nothing of the URL.
 */
export async function fetchFile(
  ports: AttemptPorts,
  { input }: Execution,
  file: FileReference & { readonly url: string },
): Promise<FetchedFile | ErrorBody> {
  const { plan, path, value } = file;
  let url = file.url;
  for (let hop = 0; hop <= maxRedirects; hop++) {
    const { hostname } = new URL(url);
    const sending = ports.send({
      tenant: input.tenant,
      method: 'GET',
      url,
      headers: { accept: '*/*', 'user-agent': 'patchbay' },
      body: null,
      hosts: plan.urls === 'public' ? [hostname] : (plan.urls ?? []),
      deadlineAt: input.deadlineAt,
      maxResponseBytes: plan.maxBytes,
      ...(input.signal === undefined ? {} : { signal: input.signal }),
    });
    const outcome = await ports.watch.guard(sending, input.deadlineAt, () => noAnswer);
    if (!outcome.ok) return failureOf(outcome.failure.kind, outcome.failure.reason, file);
    const { response } = outcome;
    const next = redirectOf(response, url);
    if (next === null) {
      if (response.status !== 200)
        return notFetched(path, `could not be fetched: its host answered ${response.status}`);
      const type = response.contentType ?? '';
      return {
        filename: typeof value.filename === 'string' ? value.filename : nameIn(url),
        content_type:
          typeof value.content_type === 'string' ? value.content_type : isMediaType(type) ? type : undefined,
        bytes: response.body,
      };
    }
    const isAllowed = plan.urls !== 'public' || (next.protocol === 'https:' && next.port === '');
    if (!isAllowed || (url.startsWith('https:') && next.protocol !== 'https:'))
      return notFetched(path, 'leads on to a URL that may not be fetched');
    url = next.href;
  }
  return notFetched(path, 'leads on to too many other URLs');
}

function redirectOf({ status, headers }: EgressResponse, url: string): URL | null {
  const { location } = headers;
  return redirecting.has(status) && typeof location === 'string' ? URL.parse(location, url) : null;
}

function failureOf(kind: string, reason: string, { plan, path }: FileReference): ErrorBody {
  switch (kind) {
    case 'denied':
      return errorBody('egress_denied', {
        message: 'The URL of a file leads to where no file may be fetched from.',
        details: { reason, issues: [{ path: `arguments.${path}.url`, message: 'may not be fetched' }] },
      });
    case 'too_large':
      return notFetched(path, `leads to more than ${plan.maxBytes} bytes`);
    case 'exhausted':
      return errorBody('overloaded', {
        message: 'The executor had no socket left to fetch a file.',
        retryAfterMs: noSocketRetryMs,
        details: { reason },
      });
    case 'aborted':
      return errorBody('cancelled');
    case 'deadline':
      return errorBody('deadline_exceeded', { message: 'A file could not be fetched before the deadline.' });
    default:
      return errorBody('upstream_unreachable', {
        message: 'The host of a file could not be reached.',
        details: { reason, issues: [{ path: `arguments.${path}.url`, message: 'could not be fetched' }] },
      });
  }
}

function notFetched(path: string, message: string): ErrorBody {
  return errorBody('invalid_arguments', {
    message: `The file '${path}' ${message}.`,
    details: { issues: [{ path: `arguments.${path}.url`, message }] },
  });
}

function nameIn(url: string): string {
  const last = new URL(url).pathname.split('/').at(-1) ?? '';
  try {
    return (
      decodeURIComponent(last)
        .replace(/[^\p{L}\p{N}._ -]/gu, '_')
        .slice(0, 120) || 'file'
    );
  } catch {
    return 'file';
  }
}
