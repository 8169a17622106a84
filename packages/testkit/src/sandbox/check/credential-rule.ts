import type { Credential, IntegrationDocument } from '@patchbay/contracts';
import type { Arrival } from '../arrival.ts';
import { escapeRegExp, type HostTest, hostTest, splitUrl } from '../route/host-pattern.ts';
import { awsSignatureFor } from './aws-signature.ts';
import { filledTemplate, templateShape } from './template-shape.ts';

/** Where one piece of a credential stands, and what it looks like there. */
export interface CredentialSlot {
  readonly in: 'header' | 'query' | 'path' | 'body';
  /** Lower case for headers; in a JSON body dots nest. */
  readonly name: string;
  /** Matches the whole value; the group `secret` is the part that is secret. */
  readonly shape: RegExp;
  /** How a document says it: `Authorization: Bearer …`. */
  readonly description: string;
  /** The token in a value of that shape, where the credential is exchanged for one. */
  readonly tokenIn: (value: string) => string | null;
  /** The value that this credential, with this token, gives; null when it is of another kind. */
  readonly shownAs: (credential: Credential, token: string | null) => string | null;
  /** Where the value is not the credential but made with it and the request: what is wrong with it, and whose it is. */
  readonly proof?: {
    problemOf(arrival: Arrival, now: number): string | null;
    isOf(arrival: Arrival, credential: Credential): boolean;
    /** What goes along with it. */
    readonly headerNames: readonly string[];
  };
  /** Fixed text before the secret. */
  readonly lead: string;
}

export interface CredentialRule {
  readonly scheme: IntegrationDocument['auth']['type'];
  readonly slots: readonly CredentialSlot[];
  readonly headerNames: readonly string[];
  readonly queryNames: readonly string[];
  /** Whether a host may receive it. */
  readonly mayGoTo: HostTest;
}

/** Reads an integration's auth: what a credential must look like and where it may go. */
export function credentialRuleOf(document: IntegrationDocument): CredentialRule {
  const variables = document.variables ?? {};
  const hosts = (document.auth.hosts ?? [splitUrl(document.base_url).host]).map((host) => hostTest(host, variables));
  const plain = slotsOf(document.auth, variables);
  const slots =
    document.auth.exchange === undefined ? plain : plain.map((slot) => withTokens(slot, document.auth.type));
  return {
    scheme: document.auth.type,
    slots,
    headerNames: slots
      .filter((slot) => slot.in === 'header')
      .flatMap((slot) => [slot.name, ...(slot.proof?.headerNames ?? [])]),
    queryNames: slots.filter((slot) => slot.in === 'query').map((slot) => slot.name),
    mayGoTo: (host) => hosts.some((test) => test(host)),
  };
}

/** Anything a credential may be made of: no space, no control character. */
const secretText = '(?<secret>[\\x21-\\x7e]+)';

function slotsOf(
  auth: IntegrationDocument['auth'],
  variables: NonNullable<IntegrationDocument['variables']>,
): CredentialSlot[] {
  switch (auth.type) {
    case 'none':
      return [];
    case 'bearer':
    case 'oauth2': {
      const scheme = auth.scheme ?? 'Bearer';
      const lead = scheme === 'none' ? '' : scheme.endsWith('=') ? scheme : `${scheme} `;
      return [
        header(auth.header ?? 'Authorization', lead, (credential) => {
          const token =
            credential.type === 'bearer'
              ? credential.token
              : credential.type === 'oauth2'
                ? credential.access_token
                : null;
          return token === null ? null : lead + token;
        }),
        ...templatesOf(auth),
      ];
    }
    case 'basic':
      return [
        {
          ...header('Authorization', 'Basic ', (credential) =>
            credential.type === 'basic'
              ? `Basic ${Buffer.from(`${credential.username}:${credential.password}`).toString('base64')}`
              : null,
          ),
          shape: /^Basic (?<secret>(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/,
        },
      ];
    case 'api_key': {
      const name = auth.name ?? (auth.in === 'query' ? 'api_key' : 'X-API-Key');
      const prefix = auth.prefix ?? '';
      const shownAs = (credential: Credential) => (credential.type === 'api_key' ? prefix + credential.api_key : null);
      if (auth.in === 'path') {
        const place = auth.name ?? 'api_key';
        return [{ ...header(place, '', shownAs), in: 'path', name: place, description: `{${place}} in the path` }];
      }
      if (auth.in !== 'query') return [header(name, prefix, shownAs)];
      return [{ ...header(name, prefix, shownAs), in: 'query', name, description: `query parameter ${name}` }];
    }
    case 'custom':
      return templatesOf(auth);
    case 'aws_sigv4': {
      const { shape, ...proof } = awsSignatureFor(auth.service ?? '', hostTest(auth.region ?? '', variables));
      return [{ ...header('Authorization', 'AWS4-HMAC-SHA256 ', () => null), shape, proof }];
    }
  }
}

function templatesOf(auth: IntegrationDocument['auth']): CredentialSlot[] {
  return [
    ...Object.entries(auth.headers ?? {}).map(([name, template]) => templated('header', name, template)),
    ...Object.entries(auth.query ?? {}).map(([name, template]) => templated('query', name, template)),
    ...Object.entries(auth.body ?? {}).map(([name, template]) => templated('body', name, template)),
  ];
}

function header(name: string, lead: string, shownAs: CredentialSlot['shownAs']): CredentialSlot {
  return {
    in: 'header',
    name: name.toLowerCase(),
    shape: new RegExp(`^${escapeRegExp(lead)}${secretText}$`),
    description: `header ${name}: ${lead}…`,
    tokenIn: () => null,
    shownAs,
    lead,
  };
}

/** A template over the credential's fields. Text in it that is not a plain `{field}` is matched by shape alone. */
function templated(place: 'header' | 'query' | 'body', name: string, template: string): CredentialSlot {
  const shape = templateShape(template, {});
  return {
    in: place,
    name: place === 'header' ? name.toLowerCase() : name,
    shape,
    description: `${place} ${name}`,
    lead: '',
    tokenIn: () => null,
    shownAs: (credential, token) => {
      const fields = templateFields(credential);
      return filledTemplate(template, token === null ? fields : { ...fields, token });
    },
  };
}

function templateFields(credential: Credential): Record<string, unknown> {
  if (credential.type === 'oauth2') return { ...credential.extra, ...credential.secrets };
  const { type: _type, ...own } = credential;
  if (credential.type !== 'custom') return own;
  const { username, password = '' } = credential.fields;
  const basic = username === undefined ? {} : { basic: Buffer.from(`${username}:${password}`).toString('base64') };
  return { ...basic, ...credential.fields };
}

/** Where the credential is exchanged, what is shown is the token: all of a key or a bearer, or where a template says. */
function withTokens(slot: CredentialSlot, type: IntegrationDocument['auth']['type']): CredentialSlot {
  const tokenIn = (value: string) => {
    const { secret, token } = slot.shape.exec(value)?.groups ?? {};
    return (type === 'custom' ? token : secret) ?? null;
  };
  if (type === 'custom') return { ...slot, tokenIn };
  // Whoever has the credential has the token, so there is no more to compare.
  return { ...slot, tokenIn, shownAs: (_, token) => (token === null ? null : slot.lead + token) };
}
