import type { Credential, IntegrationDocument, TokenExchange } from '@patchbay/contracts';

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

/**
 * A connection that fits the document: variables have their `example`, else their `default`, else some word, but for those
 * that may be missing; secrets are unlike those of any other integration, unless `secret` makes them.
 */
export function exampleConnection(
  document: IntegrationDocument,
  secret: Secret = (name) => `made-up-${name}-of-${document.id}-0123456789`,
): ExampleConnection {
  const { auth } = document;
  const variables = Object.fromEntries(
    Object.entries(document.variables ?? {}).flatMap(([name, rule]) => {
      const value = rule.example ?? rule.default ?? (isNeeded(document, name) ? 'example' : undefined);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const token = secret('token');
  if (auth.exchange === undefined) {
    const credential = credentialOf(document, secret);
    return { credential, shown: credential, token, variables };
  }
  return {
    credential: exchangeable(auth.exchange, variables, secret),
    shown: tokenOf(document, secret),
    token,
    variables,
  };
}

/** What only templates of parameters name is left out where it has no value. */
function isNeeded({ variables: _, tools, ...rest }: IntegrationDocument, name: string): boolean {
  const requests = Object.values(tools).map((tool) => [tool.request, tool.steps?.map(({ request }) => request)]);
  return (
    JSON.stringify([rest, requests]).includes(`{${name}}`) || JSON.stringify(tools).includes(`"connection.${name}"`)
  );
}

type Secret = (name: string) => string;

function credentialOf({ auth }: IntegrationDocument, secret: Secret): Credential | null {
  const token = secret('token');
  switch (auth.type) {
    case 'none':
      return null;
    case 'oauth2': {
      const secrets = fieldsOf({ ...auth.headers, ...auth.query }, secret);
      return { type: 'oauth2', access_token: token, token_type: 'Bearer', secrets };
    }
    case 'bearer':
      return { type: 'bearer', token };
    case 'basic':
      return { type: 'basic', username: 'ada', password: token };
    case 'api_key':
      return { type: 'api_key', api_key: token };
    case 'aws_sigv4':
      return {
        type: 'custom',
        fields: { access_key_id: secret('access_key_id'), secret_access_key: secret('secret_access_key') },
      };
    case 'custom':
      return { type: 'custom', fields: fieldsOf({ ...auth.headers, ...auth.query, ...auth.body }, secret) };
  }
}

/** A stored credential with every field that the exchange reads. */
function exchangeable(
  { headers, fields }: TokenExchange,
  variables: Readonly<Record<string, string>>,
  secret: Secret,
): Credential {
  const basic = { username: 'ada', password: secret('password') };
  const own = Object.entries(fieldsOf({ ...headers, ...fields }, secret)).filter(([name]) => !(name in variables));
  return {
    type: 'custom',
    fields: { ...basic, token: secret('token'), ...Object.fromEntries(own) },
  };
}

function tokenOf({ auth }: IntegrationDocument, secret: Secret): Credential {
  const token = secret('token');
  if (auth.type === 'api_key') return { type: 'api_key', api_key: token };
  if (auth.type !== 'custom') return { type: 'bearer', token };
  return { type: 'custom', fields: { ...fieldsOf({ ...auth.headers, ...auth.query }, secret), token } };
}

function fieldsOf(templates: Readonly<Record<string, string>>, secret: Secret): Record<string, string> {
  const names = Object.values(templates).flatMap((text) => [...text.matchAll(/\{([a-z_][a-z0-9_]*)/gi)]);
  const fields = names.flatMap(([, name = '']) => (name === 'basic' ? ['username', 'password'] : [name]));
  return Object.fromEntries(fields.map((name) => [name, secret(name)]));
}
