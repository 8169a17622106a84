import { cpus } from 'node:os';
import { parseArgs } from 'node:util';

type Settings<Defaults> = {
  readonly [Name in keyof Defaults]: Defaults[Name] extends number ? number : string;
} & { readonly json: boolean };

/**
 * What the command line sets of a suite's options, each a number or a text as its default is. Every suite has `--json`, and
 * `--help`, which prints the usage and ends the process, as does what cannot be read.
 */
export function readOptions<const Defaults extends Readonly<Record<string, number | string>>>(
  usage: string,
  defaults: Defaults,
): Settings<Defaults> {
  const names = Object.keys(defaults);
  let given: Record<string, string | boolean | undefined>;
  try {
    given = parseArgs({
      options: {
        ...Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    return end(`${(error as Error).message}\n\n${usage}`, 2);
  }
  if (given.help) return end(usage, 0);
  const settings: Record<string, number | string | boolean> = { json: given.json === true };
  for (const name of names) {
    const value = given[name] ?? (defaults[name] as number | string);
    settings[name] = typeof defaults[name] === 'number' ? Number(value) : String(value);
    if (Number.isNaN(settings[name])) return end(`--${name} takes a number.\n\n${usage}`, 2);
  }
  return settings as Settings<Defaults>;
}

function end(text: string, code: 0 | 2): never {
  (code === 0 ? process.stdout : process.stderr).write(text);
  process.exit(code);
}

/** Prints what a suite found: with `--json` one object, with how many processors there are; else text. */
export function print({ json }: { readonly json: boolean }, document: object, text: () => string): void {
  process.stdout.write(json ? `${JSON.stringify({ cpus: cpus().length, ...document })}\n` : text());
}

/** A table in Markdown: the first column is text, the others numbers. */
export function table(heads: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |\n`;
  return [line(heads), `|---${'|--:'.repeat(heads.length - 1)}|\n`, ...rows.map(line)].join('');
}

/** A number of a table: whole with separators, or with so many digits after the point. */
export function number(value: number, digits = 0): string {
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
