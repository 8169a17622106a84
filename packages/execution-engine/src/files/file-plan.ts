import type { Parameter, Tool } from '@patchbay/contracts';
import { invalidArgument } from '../request/invalid-argument.ts';

/** An argument that carries files. */
export interface FilePlan {
  readonly argument: string;
  readonly maxBytes: number;
  /** Hosts that a file may be fetched from, `public` for any; `null` for none. */
  readonly urls: readonly string[] | 'public' | null;
}

/** One file as an execution brings it. */
export interface FileReference {
  readonly plan: FilePlan;
  /** Its path below `arguments`. */
  readonly path: string;
  readonly value: Readonly<Record<string, unknown>>;
  /** Where its content is, when it has to be fetched. */
  readonly url: string | null;
}

type Arguments = Record<string, unknown>;

export function compileFiles(tool: Tool): readonly FilePlan[] {
  return Object.entries(tool.parameters).flatMap(([argument, parameter]: [string, Parameter]) => {
    const rules = parameter['x-file'];
    return rules === undefined ? [] : [{ argument, maxBytes: rules.max_bytes, urls: rules.urls ?? null }];
  });
}

/** The files among the arguments. Throws `invalid_arguments` for one that is too large, or a URL where none is allowed. */
export function filesIn(plans: readonly FilePlan[], args: Readonly<Arguments>): FileReference[] {
  const files: FileReference[] = [];
  for (const plan of plans) {
    const value = args[plan.argument];
    for (const [index, item] of [value].flat().entries()) {
      if (typeof item !== 'object' || item === null) continue;
      const path = Array.isArray(value) ? `${plan.argument}[${index}]` : plan.argument;
      files.push(referenceOf(plan, path, item as Readonly<Arguments>));
    }
  }
  return files;
}

function referenceOf(plan: FilePlan, path: string, value: Readonly<Arguments>): FileReference {
  const { content_base64: encoded, text, url } = value;
  if (typeof encoded === 'string' || typeof text === 'string') {
    const bytes =
      typeof encoded === 'string' ? Math.floor((encoded.length * 3) / 4) - 2 : Buffer.byteLength(text as string);
    if (bytes > plan.maxBytes) throw tooLarge(plan, path);
    return { plan, path, value, url: null };
  }
  if (typeof url !== 'string') return { plan, path, value, url: null };
  if (plan.urls === null) throw invalidArgument(`${path}.url`, 'is not taken here; give content_base64 or text');
  const parsed = URL.parse(url);
  const isPlain = parsed !== null && parsed.username === '' && parsed.password === '';
  // Any public host means https on its own port, by name: nothing an operator exempted from the guard looks like that.
  const isPublic = parsed?.protocol === 'https:' && parsed.port === '' && !/^[\d.]+$|^\[/.test(parsed.hostname);
  if (!isPlain || (plan.urls === 'public' && !isPublic))
    throw invalidArgument(`${path}.url`, 'must be a public https URL');
  return { plan, path, value, url };
}

function tooLarge(plan: FilePlan, path: string): Error {
  return invalidArgument(path, `must have at most ${plan.maxBytes} bytes`);
}

/** The arguments with files replaced, found by their identity. Never changes them. */
export function replaceFiles(
  plans: readonly FilePlan[],
  args: Readonly<Arguments>,
  contents: ReadonlyMap<unknown, unknown>,
): Arguments {
  const replaced: Arguments = { ...args };
  for (const { argument } of plans) {
    const value = args[argument];
    replaced[argument] = Array.isArray(value)
      ? value.map((item) => contents.get(item) ?? item)
      : (contents.get(value) ?? value);
  }
  return replaced;
}
