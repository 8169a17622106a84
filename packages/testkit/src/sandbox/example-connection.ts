import type { Credential, IntegrationDocument } from '@patchbay/contracts';

/** What a connection of an integration might hold, all of it made up. */
export interface ExampleConnection {
  /** What the connection stores; null where the integration needs none. */
  readonly credential: Credential | null;
  /** What its upstream is shown: the same, or the token that it was exchanged for. */
  readonly shown: Credential | null;
  /** The token that an exchange must answer with for `shown` to be right. */
  readonly token: string;
  readonly variables: Record<string, string>;
}

const token = 'made-up-token-0123456789';

/** A connection that fits the document: variables have their `example`, else their `default`. */
export function exampleConnection(document: IntegrationDocument): ExampleConnection {
  const { auth } = document;
  const variables = Object.fromEntries(
    Object.entries(document.variables ?? {}).map(([name, rule]) => [name, rule.example ?? rule.default ?? 'example']),
  );
  const shown = credentialOf(document);
  const credential = auth.exchange === undefined ? shown : exchangeable(auth.exchange);
  return { credential, shown: auth.exchange === undefined ? shown : tokenOf(document), token, variables };
}

function credentialOf({ auth }: IntegrationDocument): Credential | null {
  switch (auth.type) {
    case 'none':
      return null;
    case 'oauth2':
      return { type: 'oauth2', access_token: token, token_type: 'Bearer' };
    case 'bearer':
      return { type: 'bearer', token };
    case 'basic':
      return { type: 'basic', username: 'ada', password: token };
    case 'api_key':
      return { type: 'api_key', api_key: token };
    case 'custom':
      return { type: 'custom', fields: fieldsOf({ ...auth.headers, ...auth.query }) };
  }
}

/** A stored credential with every field that the exchange reads. */
function exchangeable({ headers, fields }: NonNullable<IntegrationDocument['auth']['exchange']>): Credential {
  const basic = { username: 'ada', password: 'made-up-password-0123456789' };
  return { type: 'custom', fields: { ...basic, token, ...fieldsOf({ ...headers, ...fields }) } };
}

function tokenOf(document: IntegrationDocument): Credential | null {
  const { auth } = document;
  if (auth.type === 'api_key') return { type: 'api_key', api_key: token };
  if (auth.type !== 'custom') return { type: 'bearer', token };
  return { type: 'custom', fields: { ...fieldsOf({ ...auth.headers, ...auth.query }), token } };
}

function fieldsOf(templates: Readonly<Record<string, string>>): Record<string, string> {
  const names = Object.values(templates).flatMap((text) => [...text.matchAll(/\{([a-z_][a-z0-9_]*)/gi)]);
  return Object.fromEntries(names.map(([, name = '']) => [name, `made-up-${name}-0123456789`]));
}
