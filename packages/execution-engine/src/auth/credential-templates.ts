import type { Credential } from '@patchbay/contracts';
import type { Report } from '../prepare/report.ts';
import { parseTemplate } from '../request/template.ts';
import type { RequestContext, Template } from '../request/value-source.ts';
import { renderTemplate } from '../request/value-source.ts';
import { credentialFields } from './credential-fields.ts';
import { needField } from './unfit-credential.ts';

/** Templates over a credential's fields, by name. Filled, each throws `credential_expired` for a field that is missing. */
export function credentialTemplates(
  entries: Record<string, string> | undefined,
  at: string,
  report: Report,
): ((credential: Credential) => [name: string, value: string][]) & { readonly names: readonly string[] } {
  const templates = Object.entries(entries ?? {}).map(([name, text]): [string, Template] => [
    name,
    parseTemplate(
      text,
      (field) =>
        /^[a-z_][a-z0-9_]*$/i.test(field)
          ? { kind: 'argument', name: field, fallback: undefined, nullable: false }
          : null,
      (message) => report(`${at}.${name}`, message),
    ),
  ]);
  const fill = (credential: Credential): [string, string][] => {
    const context: RequestContext = {
      tenant: '',
      arguments: { __proto__: null, ...credentialFields(credential) },
      variables: {},
      steps: {},
      idempotencyKey: null,
      startedAt: 0,
      caller: {},
    };
    return templates.map(([name, template]) => [name, needField(renderTemplate(template, context), name)]);
  };
  return Object.assign(fill, { names: templates.map(([name]) => name) });
}
