import type { Random } from './random.ts';

/** Values that are wrong nearly everywhere. */
const strangers: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1e308,
  -1e308,
  2 ** 53 + 2,
  0.1,
  '',
  ' ',
  'null',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\u202eabc',
  '👾'.repeat(200),
  'x'.repeat(20_000),
  '../../../etc/passwd',
  "' or '1'='1",
  '#{7*7}',
  '{{constructor.constructor("return 1")()}}',
  'con_00000000000000000000000000',
  '_platform',
  'all',
  '*',
  '>',
  'a.b.>',
  '$SYS',
  [],
  [[[[]]]],
  [null],
  {},
  { $ref: '#' },
  { toString: 1, valueOf: 2, length: -1 },
];

/** A body as it is sent, and what was done to it. */
export interface BrokenText {
  readonly text: string;
  readonly how: string;
}

/** Spoils a value that was good: at one place of it, or as a whole, or as text. */
export function brokenText(good: unknown, random: Random): BrokenText {
  const how = random.pick(['replace', 'replace', 'replace', 'add', 'remove', 'whole', 'raw', 'raw'] as const);
  if (how === 'raw') return rawText(good, random);
  if (how === 'whole') return { how, text: JSON.stringify(random.pick(strangers)) ?? 'null' };
  const copy = JSON.parse(JSON.stringify(good ?? {})) as unknown;
  const places = placesOf(copy);
  if (places.length === 0) return { how: 'whole', text: JSON.stringify(random.pick(strangers)) ?? 'null' };
  const { holder, key } = random.pick(places);
  if (how === 'remove') {
    if (Array.isArray(holder)) holder.splice(Number(key), 1);
    else delete holder[key];
  } else if (how === 'add' && !Array.isArray(holder))
    holder[random.pick(['x', 'tenant', '$where', 'ｆｕｌｌ', '', 'a'.repeat(5_000), 'hasOwnProperty'])] =
      random.pick(strangers);
  else (holder as Record<string, unknown>)[key] = random.pick(strangers);
  return { how: `${how} ${key.slice(0, 40)}`, text: JSON.stringify(copy) };
}

function rawText(good: unknown, random: Random): BrokenText {
  const text = JSON.stringify(good ?? {});
  const inside = text.startsWith('{') ? text.slice(1) : '}';
  const comma = inside === '}' ? '' : ',';
  const kinds: Readonly<Record<string, () => string>> = {
    empty: () => '',
    cut: () => text.slice(0, random.int(0, text.length)),
    trailing: () => `${text}${random.pick([',', '}', 'x', '\u0000', text])}`,
    prototype: () => `{"__proto__":{"admin":true}${comma}${inside}`,
    constructor: () => `{"constructor":{"prototype":{"admin":true}}${comma}${inside}`,
    'prototype below': () => `{"a":{"__proto__":{"scopes":["keys:write"]}}${comma}${inside}`,
    'same key twice': () => `{"tenant":"rival","tenant":"acme"${comma}${inside}`,
    deep: () => `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
    'deep objects': () => `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`,
    wide: () => `{${Array.from({ length: 5_000 }, (_, i) => `"k${i}":${i}`).join(',')}}`,
    huge: () => `{"name":"${'x'.repeat(random.pick([200_000, 1_048_000, 1_100_000]))}"}`,
    numbers: () => `{"limit":1e999,"n":-0,"o":0x10}`,
    'no JSON': () =>
      random.pick(['<xml/>', 'a=1&b=2', '\ufeff{}', "{'a':1}", 'NaN', '{"a":undefined}', '// x\n{}', '%PDF']),
    surrogate: () => `{"name":"\\ud83d","\\udc00":1${comma}${inside}`,
  };
  const how = random.pick(Object.keys(kinds));
  return { how: `raw: ${how}`, text: (kinds[how] as () => string)() };
}

type Holder = Record<string, unknown> | unknown[];

function placesOf(
  value: unknown,
  found: { holder: Holder & Record<string, unknown>; key: string }[] = [],
): typeof found {
  if (value === null || typeof value !== 'object') return found;
  for (const key of Object.keys(value)) {
    found.push({ holder: value as Holder & Record<string, unknown>, key });
    if (found.length < 500) placesOf((value as Record<string, unknown>)[key], found);
  }
  return found;
}
