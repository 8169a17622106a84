import type { Credential, IntegrationDocument } from '@patchbay/contracts';
import { escapeRegExp, type HostTest, hostTest, placeholder, splitUrl } from '../route/host-pattern.ts';

/** Where one piece of a credential stands, and what it looks like there. */
export interface CredentialSlot {
  readonly in: 'header' | 'query' | 'path';
  /** Lower case for headers. */
  readonly name: string;
  /** Matches the whole value; the group `secret` is the part that is secret. */
  readonly shape: RegExp;
  /** How a document says it: `Authorization: Bearer …`. */
  readonly description: string;
  /** The value this credential gives, or null when it is of another kind. */
  readonly shownAs: (credential: Credential) => string | null;
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
  const slots = slotsOf(document.auth);
  return {
    scheme: document.auth.type,
    slots,
    headerNames: slots.filter((slot) => slot.in === 'header').map((slot) => slot.name),
    queryNames: slots.filter((slot) => slot.in === 'query').map((slot) => slot.name),
    mayGoTo: (host) => hosts.some((test) => test(host)),
  };
}

/** Anything a credential may be made of: no space, no control character. */
const secretText = '(?<secret>[\\x21-\\x7e]+)';

function slotsOf(auth: IntegrationDocument['auth']): CredentialSlot[] {
  switch (auth.type) {
    case 'none':
      return [];
    case 'bearer':
    case 'oauth2': {
      const scheme = auth.scheme ?? 'Bearer';
      const lead = scheme.endsWith('=') ? scheme : `${scheme} `;
      return [
        header('Authorization', lead, (credential) => {
          const token =
            credential.type === 'bearer'
              ? credential.token
              : credential.type === 'oauth2'
                ? credential.access_token
                : null;
          return token === null ? null : lead + token;
        }),
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
      return [
        ...Object.entries(auth.headers ?? {}).map(([name, template]) => templated('header', name, template)),
        ...Object.entries(auth.query ?? {}).map(([name, template]) => templated('query', name, template)),
      ];
  }
}

function header(name: string, lead: string, shownAs: CredentialSlot['shownAs']): CredentialSlot {
  return {
    in: 'header',
    name: name.toLowerCase(),
    shape: new RegExp(`^${escapeRegExp(lead)}${secretText}$`),
    description: `header ${name}: ${lead}…`,
    shownAs,
  };
}

/** A template over the credential's fields. Text in it that is not a plain `{field}` is matched by shape alone. */
function templated(place: 'header' | 'query', name: string, template: string): CredentialSlot {
  let source = '';
  let at = 0;
  let secrets = 0;
  for (const match of template.matchAll(/\{[^{}]+\}/g)) {
    source += `${escapeRegExp(template.slice(at, match.index))}${secrets++ === 0 ? '(?<secret>.+)' : '.+'}`;
    at = match.index + match[0].length;
  }
  source += escapeRegExp(template.slice(at));
  return {
    in: place,
    name: place === 'header' ? name.toLowerCase() : name,
    shape: new RegExp(`^${source}$`),
    description: `${place} ${name}`,
    shownAs: (credential) => {
      const { type: _type, ...own } = credential;
      const fields: Record<string, unknown> = credential.type === 'custom' ? credential.fields : own;
      const filled = template.replace(placeholder, (whole, field: string) => String(fields[field] ?? whole));
      return filled.includes('{') ? null : filled;
    },
  };
}
