import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import type { Auth, Credential } from '@patchbay/contracts';
import { isHeaderValue } from '@patchbay/egress/header-rules';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Report } from '../prepare/report.ts';
import { parseTemplate } from '../request/template.ts';
import type { RequestContext } from '../request/value-source.ts';
import { renderTemplate } from '../request/value-source.ts';
import type { VariableRule } from '../request/variables.ts';
import { variableLookup } from '../request/variables.ts';
import { credentialFields } from './credential-fields.ts';
import { needField, unfit } from './unfit-credential.ts';

/** A request as it will be sent, but for what the signature adds. */
export interface UnsignedRequest {
  readonly method: string;
  readonly url: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string | null;
}

/**
 * The headers that sign a request, to be sent beside its own: AWS Signature Version 4. `now`: Unix milliseconds; AWS takes a signature
 * for a few minutes, so that each attempt has its own. Rejects with `credential_expired` for a credential that does not fit.
 */
export type RequestSigner = (
  request: UnsignedRequest,
  credential: Credential,
  context: RequestContext,
  now: number,
) => Promise<Record<string, string>>;

/** Headers that are signed; what is added on the way, such as a trace's, is not. */
const signed = /^(?:content-type|host|x-amz-.+)$/;

export function compileAwsSignature(
  auth: Auth,
  variables: ReadonlyMap<string, VariableRule>,
  report: Report,
): RequestSigner | null {
  if (auth.type !== 'aws_sigv4') return null;
  const { service, region } = auth;
  if (service === undefined || region === undefined) {
    report('auth', 'of type aws_sigv4 needs service and region');
    return null;
  }
  const template = parseTemplate(region, variableLookup(variables), (message) => report('auth.region', message));
  return async ({ method, url, headers, body }, credential, context, now) => {
    const { protocol, host, hostname, port, pathname, search } = new URL(url);
    const signer = new SignatureV4({
      service,
      region: renderTemplate(template, context) ?? '',
      credentials: keysOf(credential),
      sha256: Sha256,
      // What is in a path stands in the signature encoded once more, but for S3.
      uriEscapePath: service !== 's3',
    });
    const own = Object.entries({ ...headers, host }).filter(([name]) => signed.test(name));
    const { headers: made } = await signer.sign(
      {
        method,
        protocol,
        hostname,
        ...(port !== '' && { port: Number(port) }),
        path: pathname,
        query: queryOf(search),
        headers: Object.fromEntries(own),
        body: body ?? undefined,
      },
      { signingDate: new Date(now) },
    );
    const { host: _host, ...added } = made;
    return added;
  };
}

/** Whether the credential can sign, before anything is tried with it. */
export function checkAwsKeys(credential: Credential): void {
  keysOf(credential);
}

function keysOf(credential: Credential) {
  const fields = credential.type === 'custom' ? credentialFields(credential) : {};
  const accessKeyId = needField(fields['access_key_id'], 'access_key_id');
  const secretAccessKey = needField(fields['secret_access_key'], 'secret_access_key');
  const { session_token: sessionToken } = fields;
  // The one is part of a header with commas and blanks in it, the other a header.
  if (!/^[\w-]+$/.test(accessKeyId)) throw unfit('access_key_id', 'holds characters that a key id has not');
  if (sessionToken !== undefined && !isHeaderValue(sessionToken))
    throw unfit('session_token', 'holds characters that a header cannot carry');
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}

/** As pairs, each name once. */
function queryOf(search: string): Record<string, string | string[]> {
  const query: Record<string, string[]> = { __proto__: null as never };
  for (const pair of search.slice(1).split('&')) {
    if (pair === '') continue;
    const mark = pair.indexOf('=');
    const name = decoded(mark === -1 ? pair : pair.slice(0, mark));
    const values = query[name] ?? [];
    values.push(mark === -1 ? '' : decoded(pair.slice(mark + 1)));
    query[name] = values;
  }
  return query;
}

/** The address of a further page is the upstream's, broken escapes and all: it is signed as it stands, and theirs to refuse. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

type Bytes = string | ArrayBuffer | ArrayBufferView;
const bytesOf = (data: Bytes): string | Uint8Array =>
  typeof data === 'string'
    ? data
    : ArrayBuffer.isView(data)
      ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      : new Uint8Array(data);

/** SHA-256, with a key HMAC, as the library asks for them. */
class Sha256 {
  readonly #secret: Bytes | undefined;
  #state: Hash | Hmac;

  constructor(secret?: Bytes) {
    this.#secret = secret;
    this.#state = this.#fresh();
  }

  update(data: Bytes): void {
    this.#state.update(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#state.digest();
  }

  reset(): void {
    this.#state = this.#fresh();
  }

  #fresh(): Hash | Hmac {
    return this.#secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(this.#secret));
  }
}
