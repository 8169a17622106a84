import { type IntegrationDocument, joinPath } from '@patchbay/contracts';
import { schemaOfTool } from '../input-schema.ts';
import { callsOf, toolEntries } from '../tool-calls.ts';
import { error, type LintFinding } from './rule.ts';

/** Shapes of real credentials. Documents are shared; a secret in one is a leak. */
const secretShapes: readonly RegExp[] = [
  /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/,
  /\b[rs]k_(?:live|test)_[A-Za-z0-9]{10,}/,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/,
  /\bgh[oprsu]_[A-Za-z0-9]{30,}/,
  /\bya29\.[A-Za-z0-9_-]{20,}/,
  /\bpat-(?:na|eu)\d-[0-9a-f-]{30,}/,
  /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\b(?:Bearer|Basic) [A-Za-z0-9+/_.=-]{20,}/,
];

export function noSecrets(document: IntegrationDocument): LintFinding[] {
  return [
    ...textsOf(document, [])
      .filter(([text]) => secretShapes.some((shape) => shape.test(text)))
      .map(([, path]) => error('no-secrets', path, 'this looks like a credential; documents hold none')),
    ...fixedValues(document)
      .flatMap(([value, path]) => textsOf(value, path))
      .filter(([text]) => text.split(/[\s,;:"'{}()]+/).some(looksRandom))
      .map(([, path]) => error('no-secrets', path, 'a fixed value that looks random; a key belongs to the connection')),
  ];
}

const credentialName =
  /^(?:api_?key|passw(?:or)?d|secret|token|(?:access|auth|refresh|bearer)_?token|client_?secret|private_?key|credentials?|authorization)$/i;

/** What opens the vendor's door is the connection's; a model that is asked for it would ask the person. */
export function secretArguments(document: IntegrationDocument): LintFinding[] {
  return toolEntries(document).flatMap(({ key, tool }) =>
    Object.keys(schemaOfTool(tool).properties)
      .filter((name) => credentialName.test(name))
      .map((name) =>
        error(
          'secret-argument',
          `tools.${key}.parameters.${name}`,
          'a credential is no argument; auth says how it is shown',
        ),
      ),
  );
}

/** Values that every tenant's requests carry alike. */
function fixedValues(document: IntegrationDocument): [value: unknown, path: readonly PropertyKey[]][] {
  const { auth } = document;
  return [
    [document.headers, ['headers']],
    [auth.authorize_params, ['auth', 'authorize_params']],
    [auth.token_params, ['auth', 'token_params']],
    [auth.token_headers, ['auth', 'token_headers']],
    [auth.exchange?.headers, ['auth', 'exchange', 'headers']],
    [auth.exchange?.fields, ['auth', 'exchange', 'fields']],
    ...toolEntries(document).flatMap((entry) =>
      callsOf(entry).flatMap(({ path, request, parameters }): [unknown, readonly PropertyKey[]][] => [
        [request.headers, [...path, 'request', 'headers']],
        [request.query, [...path, 'request', 'query']],
        ...Object.entries(parameters).map(([name, parameter]): [unknown, readonly PropertyKey[]] => [
          parameter['x-const'],
          [...path, 'parameters', name, 'x-const'],
        ]),
      ]),
    ),
  ];
}

/** Long, of small and capital letters and digits mixed: no word, no version, no id in capitals. */
function looksRandom(word: string): boolean {
  return (
    word.length >= 20 && /^[A-Za-z0-9+/_=-]+$/.test(word) && /[a-z]/.test(word) && /[A-Z]/.test(word) && /\d/.test(word)
  );
}

function textsOf(value: unknown, path: readonly PropertyKey[]): [text: string, path: string][] {
  if (typeof value === 'string') return [[value, joinPath('', path)]];
  if (Array.isArray(value)) return value.flatMap((item, index) => textsOf(item, [...path, index]));
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, child]) => textsOf(child, [...path, key]));
}
