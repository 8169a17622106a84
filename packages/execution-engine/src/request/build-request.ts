import { PatchbayError } from '@patchbay/contracts';
import { readDataPath } from '../paths/data-path.ts';
import { resolveBaseUrl } from './base-url.ts';
import { appendPairs } from './form-pairs.ts';
import { addCookies, addHeaders } from './headers.ts';
import { hostIsListed } from './hosts.ts';
import { buildJsonBody } from './json-body.ts';
import { buildMultipartBody, buildRawBody } from './multipart-body.ts';
import { buildPath } from './path.ts';
import type { StepPlan } from './step-plan.ts';
import type { RequestContext } from './value-source.ts';
import { resolveSource } from './value-source.ts';

/** A request that is complete but for its credential. */
export interface BuiltRequest {
  readonly method: string;
  readonly url: string;
  /** Lower-case names. */
  readonly headers: Record<string, string>;
  readonly body: Uint8Array | string | null;
  readonly bodyKind: StepPlan['body']['kind'];
  /** Lower case, default port left out. */
  readonly host: string;
  /** Hosts that egress may reach for this request. */
  readonly hosts: readonly string[];
  /** Whether the credential may travel to `host`. */
  readonly mayCarryCredential: boolean;
  /** Whether the URL is one that the upstream gave for a page. */
  readonly isPageUrl: boolean;
}

/**
 * Builds one step's request. Pure. Throws a PatchbayError: `invalid_arguments` for an argument that cannot be written,
 * `connection_missing` or `egress_denied` for the connection's variables, `response_invalid` where an earlier step did
 * not answer with what this one needs.
 */
export function buildRequest(step: StepPlan, context: RequestContext): BuiltRequest {
  const hosts = step.hosts.resolve(context);
  const pageUrl = context.page?.url;
  const target =
    pageUrl !== undefined
      ? listedTarget(pageUrl, hosts, 'A page', 'page')
      : step.urlFrom === null
        ? ownTarget(step, context)
        : takenTarget(step.urlFrom, hosts, context);
  const separator = target.url.includes('?') ? '&' : '?';
  // The URL of a page says all that its query needs.
  const query = pageUrl === undefined ? appendPairs(step.fixedQuery, step.query, context) : '';
  const headers: Record<string, string> = { ...step.headers.fixed };
  if (step.headers.fields.length > 0) addHeaders(headers, step.headers.fields, context);
  if (step.cookies.length > 0) addCookies(headers, step.cookies, context);
  const listed = hostIsListed(hosts, target.host);
  const body = buildBody(step, headers, context);
  if (body !== null && body.length > step.maxBodyBytes)
    throw new PatchbayError('invalid_arguments', {
      message: `The arguments make a body of more than ${step.maxBodyBytes} bytes.`,
      details: { issues: [{ path: 'arguments', message: `must make a body of at most ${step.maxBodyBytes} bytes` }] },
    });
  return {
    method: step.method,
    url: query === '' ? target.url : target.url + separator + query,
    headers,
    body,
    bodyKind: step.body.kind,
    host: target.host,
    hosts: listed ? hosts : [...hosts, target.host],
    mayCarryCredential: step.sendsCredential && listed,
    isPageUrl: pageUrl !== undefined,
  };
}

function ownTarget(step: StepPlan, context: RequestContext): { url: string; host: string } {
  const { prefix, host } = resolveBaseUrl(step.base, context);
  return { url: prefix + buildPath(step.path, context), host };
}

/** A URL that an upstream named is trusted no further than the document's own list of hosts. */
function takenTarget(
  from: NonNullable<StepPlan['urlFrom']>,
  hosts: readonly string[],
  context: RequestContext,
): { url: string; host: string } {
  const value = readDataPath(context.steps[from.step], from.path);
  const url = typeof value === 'string' ? URL.parse(value) : null;
  if (url === null) {
    throw new PatchbayError('response_invalid', {
      message: `Step '${from.step}' answered without a URL at '${from.text}'.`,
    });
  }
  return listedTarget(url.href, hosts, `Step '${from.step}'`, 'url_from');
}

function listedTarget(
  text: string,
  hosts: readonly string[],
  who: string,
  reason: string,
): { url: string; host: string } {
  const url = URL.parse(text);
  const isWeb = url !== null && (url.protocol === 'https:' || url.protocol === 'http:');
  if (!isWeb || url.username !== '' || url.password !== '' || !hostIsListed(hosts, url.host)) {
    throw new PatchbayError('egress_denied', {
      message: `${who} named a URL whose host is not among the integration's hosts.`,
      details: { reason },
    });
  }
  url.hash = '';
  return { url: url.href, host: url.host };
}

function buildBody(
  step: StepPlan,
  headers: Record<string, string>,
  context: RequestContext,
): Uint8Array | string | null {
  const { body } = step;
  switch (body.kind) {
    case 'none':
      return null;
    case 'json': {
      if (body.root === null) return buildJsonBody(body.fields, context);
      const value = resolveSource(body.root.source, context);
      return value === undefined ? null : JSON.stringify(value);
    }
    case 'graphql': {
      const root = body.root === null ? undefined : resolveSource(body.root.source, context);
      const variables = body.root === null ? buildJsonBody(body.fields, context) : JSON.stringify(root ?? {});
      return `${body.head}${variables}}`;
    }
    case 'form':
      return appendPairs('', body.fields, context);
    case 'multipart': {
      const multipart = buildMultipartBody(body.fields, context);
      headers['content-type'] = multipart.contentType;
      return multipart.body;
    }
    case 'raw': {
      const raw =
        body.root === null ? null : buildRawBody(resolveSource(body.root.source, context), body.root.argument);
      if (raw === null) return null;
      headers['content-type'] ??= raw.contentType;
      return raw.body;
    }
  }
}
