import type { Filter } from './filters.ts';
import { filters } from './filters.ts';
import type { Placeholder, Template, ValueSource } from './value-source.ts';

const token = /\{\{|\}\}|\{([^{}|]*)((?:\|[^{}|]*)*)\}|[{}]/g;

/**
 * Parses `text {name|filter} text`; `{{` and `}}` are literal braces. `lookup` finds what a name stands for.
 * `problem` is called for an unknown name or filter and for a stray brace.
 */
export function parseTemplate(
  text: string,
  lookup: (name: string) => ValueSource | null,
  problem: (message: string) => void,
): Template {
  const parts: (string | Placeholder)[] = [];
  let literal = '';
  let last = 0;
  for (const match of text.matchAll(token)) {
    literal += text.slice(last, match.index);
    last = match.index + match[0].length;
    if (match[0] === '{{') literal += '{';
    else if (match[0] === '}}') literal += '}';
    else if (match[1] === undefined)
      problem(`has a stray '${match[0]}'; write '${match[0].repeat(2)}' for a literal brace`);
    else {
      const name = match[1].trim();
      const source = lookup(name);
      const chain: Filter[] = [];
      for (const filterName of (match[2] ?? '').split('|').slice(1)) {
        const filter = filters.get(filterName.trim());
        if (filter === undefined)
          problem(`uses the unknown filter '${filterName.trim()}'; known are ${[...filters.keys()].join(', ')}`);
        else chain.push(filter);
      }
      if (source === null) problem(`names '${name}', which is neither a parameter nor a variable`);
      else {
        if (literal !== '') parts.push(literal);
        literal = '';
        parts.push({ source, filters: chain });
      }
    }
  }
  literal += text.slice(last);
  if (literal !== '' || parts.length === 0) parts.push(literal);
  return parts;
}

/** The template's text when it has no placeholder. */
export function staticText(template: Template): string | null {
  return template.length === 1 && typeof template[0] === 'string' ? template[0] : null;
}
