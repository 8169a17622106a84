import type { IntegrationDocument, TokenExchange } from '@patchbay/contracts';
import { stepsOfPath } from '../answer/value-at.ts';
import { templateShape } from '../check/template-shape.ts';
import { type HostTest, hostTest, splitUrl } from './host-pattern.ts';
import { type PathPattern, pathPattern } from './path-pattern.ts';

/** Where an integration's credentials are exchanged for tokens, and what a request must say there. */
export interface ExchangeEndpoint {
  readonly integration: string;
  readonly version: string;
  readonly hostTest: HostTest;
  readonly path: PathPattern;
  readonly exchange: TokenExchange;
  readonly hasBody: boolean;
  readonly headers: readonly ExpectedText[];
  readonly fields: readonly ExpectedText[];
  readonly tokenPath: readonly string[];
  readonly lifetimePath: readonly string[];
}

/** A value over the credential's fields and the connection's variables. */
export interface ExpectedText {
  /** Lower case for headers. */
  readonly name: string;
  readonly template: string;
  readonly shape: RegExp;
}

export function exchangeEndpointOf(document: IntegrationDocument): ExchangeEndpoint | null {
  const { exchange } = document.auth;
  if (exchange === undefined) return null;
  const variables = document.variables ?? {};
  const { host, path } = splitUrl(exchange.url);
  const expected = (templates: Readonly<Record<string, string>> = {}) =>
    Object.entries(templates).map(([name, template]) => ({
      name,
      template,
      shape: templateShape(template, variables),
    }));
  return {
    integration: document.id,
    version: document.version,
    hostTest: hostTest(host, variables),
    path: pathPattern(path === '' ? '/' : path, variables),
    exchange,
    hasBody: exchange.method === 'POST' && exchange.body !== 'none',
    headers: expected(exchange.headers).map((header) => ({ ...header, name: header.name.toLowerCase() })),
    fields: expected(exchange.fields),
    tokenPath: stepsOfPath(exchange.token),
    lifetimePath: stepsOfPath(exchange.expires_in),
  };
}
