import { escapeRegExp, patternOfVariable, placeholder, type Variables } from '../route/host-pattern.ts';

/**
 * What a filled template looks like: a declared variable as its pattern has it, any other name as a field of the credential.
 * The first field is the group `secret`; `{token}` is the group `token` instead.
 */
export function templateShape(template: string, variables: Variables): RegExp {
  let source = '';
  let at = 0;
  let secrets = 0;
  let tokens = 0;
  for (const match of template.matchAll(/\{([^{}|]+)[^{}]*\}/g)) {
    const name = match[1] as string;
    source += escapeRegExp(template.slice(at, match.index));
    if (Object.hasOwn(variables, name)) source += patternOfVariable(name, variables);
    else if (match[0] === '{token}' && tokens++ === 0) source += '(?<token>.+)';
    else source += secrets++ === 0 ? '(?<secret>.+)' : '.+';
    at = match.index + match[0].length;
  }
  return new RegExp(`^${source}${escapeRegExp(template.slice(at))}$`, 'su');
}

/** The text that these values make of a template; null where one is missing, or passes through a filter. */
export function filledTemplate(template: string, values: Readonly<Record<string, unknown>>): string | null {
  const filled = template.replace(placeholder, (whole, name: string) => String(values[name] ?? whole));
  return filled.includes('{') ? null : filled;
}
