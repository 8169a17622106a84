import type { IntegrationDocument } from '@patchbay/contracts';
import type { Call } from './http-client.fixture.ts';

/** Writes by hand the request that exchanges a made-up credential for a token; null where the document has none. */
export function exchangeCall(document: IntegrationDocument): Call | null {
  const { exchange } = document.auth;
  if (exchange === undefined) return null;
  const fill = (text: string) =>
    text.replace(/\{([a-z0-9_]+)\}/g, (_, name: string) => {
      const variable = document.variables?.[name];
      return variable === undefined ? `stored-${name}` : (variable.example ?? variable.default ?? name);
    });
  const url = new URL(fill(exchange.url));
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(exchange.headers ?? {})) headers[name.toLowerCase()] = fill(value);
  if (exchange.auth === 'bearer') headers.authorization = 'Bearer stored-token';
  if (exchange.auth === 'basic') headers.authorization = `Basic ${Buffer.from('ada:stored').toString('base64')}`;
  const call = { method: exchange.method, host: url.host, path: url.pathname, headers };
  if (exchange.method === 'GET' || exchange.body === 'none') return call;
  const fields = Object.fromEntries(Object.entries(exchange.fields ?? {}).map(([name, text]) => [name, fill(text)]));
  headers['content-type'] = exchange.body === 'json' ? 'application/json' : 'application/x-www-form-urlencoded';
  return { ...call, body: exchange.body === 'json' ? JSON.stringify(fields) : new URLSearchParams(fields).toString() };
}
