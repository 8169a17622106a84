import { maxUntrustedPaths, type Untrusted, UntrustedFlag } from '@patchbay/contracts';
import { glance, may } from './glance.ts';
import { hidesInstruction, instructsModel } from './instructs-model.ts';
import { markupFlags } from './markup.ts';
import { hasUnseen, visibleText } from './visible-text.ts';

export interface Screened {
  /** The value itself where nothing had to be taken out of it; else a copy. */
  readonly value: unknown;
  /** Null: nothing in it is suspicious. */
  readonly untrusted: Untrusted | null;
}

interface Found {
  readonly flags: Set<UntrustedFlag>;
  readonly paths: string[];
}

/**
 * Looks through what an upstream sent before a model reads it: takes out characters that nobody sees, and says where something
 * is that would instruct a model, act in a browser, or hide. Keys are looked at like values. Never changes the value given; linear
 * in its size.
 */
export function screenOutput(value: unknown): Screened {
  if (!holdsSuspicious(value)) return { value, untrusted: null };
  const found: Found = { flags: new Set(), paths: [] };
  const screened = screen(value, '', found);
  if (found.flags.size === 0) return { value: screened, untrusted: null };
  return {
    value: screened,
    untrusted: { flags: UntrustedFlag.options.filter((flag) => found.flags.has(flag)), paths: found.paths },
  };
}

/** Both, as one. */
export function joinUntrusted(first: Untrusted | null, second: Untrusted | null): Untrusted | null {
  if (first === null || second === null) return first ?? second;
  return {
    flags: UntrustedFlag.options.filter((flag) => first.flags.includes(flag) || second.flags.includes(flag)),
    paths: [...new Set([...first.paths, ...second.paths])].slice(0, maxUntrustedPaths),
  };
}

/** The same question without an answer to where: most answers are done with it. */
function holdsSuspicious(value: unknown): boolean {
  if (typeof value === 'string') return isSuspicious(value);
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(holdsSuspicious);
  for (const key of Object.keys(value)) {
    if (!isPlainKey(key) && isSuspicious(key)) return true;
    if (holdsSuspicious((value as Record<string, unknown>)[key])) return true;
  }
  return false;
}

function isSuspicious(text: string): boolean {
  const found = glance(text);
  if (found === 0) return false;
  if ((found & may.beUnseen) !== 0 && hasUnseen(text)) return true;
  if ((found & may.holdMarkup) !== 0 && markupFlags(text).length > 0) return true;
  if ((found & may.instruct) !== 0) return instructsModel(text);
  return (found & may.encode) !== 0 && hidesInstruction(text);
}

function screen(value: unknown, path: string, found: Found): unknown {
  if (typeof value === 'string') return screenString(value, path, found);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    let copy: unknown[] | null = null;
    for (let index = 0; index < value.length; index++) {
      const member: unknown = value[index];
      if (typeof member === 'number' || typeof member === 'boolean') continue;
      const screened = screen(member, path === '' ? `[${index}]` : `${path}[${index}]`, found);
      if (screened === member) continue;
      copy ??= [...value];
      copy[index] = screened;
    }
    return copy ?? value;
  }
  return screenObject(value as Record<string, unknown>, path, found);
}

function screenObject(value: Record<string, unknown>, path: string, found: Found): unknown {
  let copy: Record<string, unknown> | null = null;
  const keys = Object.keys(value);
  for (const key of keys) {
    const member = value[key];
    const place = path === '' ? key : `${path}.${key}`;
    const shownKey = isPlainKey(key) ? key : screenString(key, path, found);
    const screened = typeof member === 'number' || typeof member === 'boolean' ? member : screen(member, place, found);
    if (copy === null && (screened !== member || shownKey !== key)) {
      copy = {};
      for (const earlier of keys) {
        if (earlier === key) break;
        copy[earlier] = value[earlier];
      }
    }
    // Taking characters out can make a name that reaches a prototype.
    if (copy !== null && shownKey !== '__proto__') copy[shownKey] = screened;
  }
  return copy ?? value;
}

/** Plain keys that were seen: an upstream's answers have the same ones over and over. */
const plainKeys = new Set<string>();
const mostPlainKeys = 10_000;

/** What nearly every key is. */
function isPlainKey(key: string): boolean {
  if (plainKeys.has(key)) return true;
  if (key.length > 64 || !/^[\w$.:@/-]*$/.test(key)) return false;
  if (plainKeys.size >= mostPlainKeys) plainKeys.clear();
  plainKeys.add(key);
  return true;
}

function screenString(text: string, path: string, found: Found): string {
  if (glance(text) === 0) return text;
  const visible = visibleText(text);
  if (visible.control) note(found, 'control_characters', path);
  if (visible.invisible) note(found, 'invisible_characters', path);
  if (visible.hidden.length >= 3) {
    note(found, 'hidden_text', path);
    if (instructsModel(visible.hidden)) note(found, 'prompt_injection', path);
  }
  for (const flag of markupFlags(visible.text)) note(found, flag, path);
  if (instructsModel(visible.text)) note(found, 'prompt_injection', path);
  return visible.text;
}

function note(found: Found, flag: UntrustedFlag, path: string): void {
  found.flags.add(flag);
  if (found.paths.length < maxUntrustedPaths && !found.paths.includes(path)) found.paths.push(path);
}
