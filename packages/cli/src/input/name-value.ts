import { InvalidArgumentError } from 'commander';

/** Collects an option that is given as `name=value`, several times. */
export function nameValue(text: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Write name=value, such as subdomain=acme.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}
