import { execFileSync } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkUrl, literalOf } from './check-url.ts';
import { canonicalAddress, isPublicAddress, notPublicNetworks } from './public-address.ts';
import { isPublicName } from './public-name.ts';

/** A hundred thousand literals over the four properties; each as many in a thorough run: `EGRESS_FUZZ_RUNS=100000`. */
const runs = Number(process.env.EGRESS_FUZZ_RUNS ?? 25_000);
const fuzz = { numRuns: runs, seed: 20_260_801 };
const testTimeoutMs = 120_000;

/** The rules once more, as numbers and independent of the table under test: [first, last] of each IPv4 range to refuse. */
const refusedV4: readonly (readonly [number, number])[] = [
  [0x00000000, 0x00ffffff],
  [0x0a000000, 0x0affffff],
  [0x64400000, 0x647fffff],
  [0x7f000000, 0x7fffffff],
  [0xa83f8110, 0xa83f8110],
  [0xa9fe0000, 0xa9feffff],
  [0xac100000, 0xac1fffff],
  [0xc0000000, 0xc00000ff],
  [0xc0000200, 0xc00002ff],
  [0xc0586300, 0xc05863ff],
  [0xc0a80000, 0xc0a8ffff],
  [0xc6120000, 0xc613ffff],
  [0xc6336400, 0xc63364ff],
  [0xcb007100, 0xcb0071ff],
  [0xe0000000, 0xffffffff],
];

function mayReachV4(address: number): boolean {
  return !refusedV4.some(([first, last]) => address >= first && address <= last);
}

function mayReachV6(groups: readonly number[]): boolean {
  const [first = 0, second = 0] = groups;
  if (first < 0x2000 || first > 0x3fff) return false;
  if (first === 0x2001) return second > 0x01ff && second !== 0x0db8;
  if (first === 0x2002) return false;
  return !(first === 0x3fff && second <= 0x0fff);
}

/** IPv4 addresses, half of them at or beside the edge of a range. */
const v4 = fc.oneof(
  fc.nat({ max: 0xffffffff }),
  fc
    .tuple(fc.constantFrom(...refusedV4.flat()), fc.integer({ min: -2, max: 2 }))
    .map(([edge, offset]) => Math.min(0xffffffff, Math.max(0, edge + offset))),
);

type Radix = 8 | 10 | 16;
const notation = fc.record({
  parts: fc.integer({ min: 1, max: 4 }),
  radix: fc.array(fc.constantFrom<Radix>(8, 10, 16), { minLength: 4, maxLength: 4 }),
  zeros: fc.array(fc.nat({ max: 3 }), { minLength: 4, maxLength: 4 }),
  upper: fc.boolean(),
  trailingDot: fc.boolean(),
  digits: fc.constantFrom('ascii', 'fullwidth', 'percent'),
  dot: fc.constantFrom('.', '。', '．', '｡', '%2e'),
});

/** An address as inet_aton reads it: one to four parts, each decimal, octal or hexadecimal, then disguised. */
function written(address: number, style: typeof notation extends fc.Arbitrary<infer T> ? T : never): string {
  const lastBytes = 5 - style.parts;
  const parts: number[] = [];
  for (let index = 0; index < style.parts - 1; index += 1) parts.push((address >>> (24 - 8 * index)) & 0xff);
  parts.push(address % 2 ** (8 * lastBytes));
  const plain = parts.map((part, index) => {
    const radix = style.radix[index] ?? 10;
    const zeros = '0'.repeat(style.zeros[index] ?? 0);
    if (radix === 16) return `${style.upper ? '0X' : '0x'}${zeros}${part.toString(16)}`;
    return radix === 8 ? `0${zeros}${part.toString(8)}` : String(part);
  });
  const cased = style.upper ? plain.map((part) => part.toUpperCase()) : plain;
  return cased.map((part) => disguise(part, style.digits)).join(style.dot) + (style.trailingDot ? '.' : '');
}

function disguise(part: string, how: string): string {
  if (how === 'ascii') return part;
  return part.replace(/[0-9]/g, (digit) => {
    return how === 'percent' ? `%3${digit}` : String.fromCharCode(0xff10 + Number(digit));
  });
}

/** IPv6 addresses, most of them inside or beside a special prefix. */
const specialHeads = [
  [0, 0],
  [0x64, 0xff9b],
  [0x100, 0],
  [0x1fff, 0xffff],
  [0x2000, 0],
  [0x2001, 0],
  [0x2001, 0x10],
  [0x2001, 0x1ff],
  [0x2001, 0x200],
  [0x2001, 0xdb8],
  [0x2001, 0xdb7],
  [0x2001, 0xdb9],
  [0x2002, 0x7f00],
  [0x2003, 0],
  [0x2606, 0x4700],
  [0x3ffe, 0xffff],
  [0x3fff, 0],
  [0x3fff, 0xfff],
  [0x3fff, 0x1000],
  [0x4000, 0],
  [0x5f00, 0],
  [0xfc00, 0],
  [0xfd00, 0xec2],
  [0xfe80, 0],
  [0xfec0, 0],
  [0xff02, 0],
] as const;
const group = fc.oneof(fc.constant(0), fc.nat({ max: 0xffff }));
const v6 = fc
  .tuple(fc.option(fc.constantFrom(...specialHeads)), fc.array(group, { minLength: 8, maxLength: 8 }))
  .map(([head, groups]) => (head === null ? groups : [...head, ...groups.slice(2)]));

function writtenV6(
  groups: readonly number[],
  style: { compress: boolean; upper: boolean; pad: boolean; v4Tail: boolean },
): string {
  const hex = groups.map((part) => part.toString(16).padStart(style.pad ? 4 : 1, '0'));
  if (style.v4Tail) {
    const [high = 0, low = 0] = groups.slice(6);
    hex.splice(6, 2, [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.'));
  }
  let text = hex.join(':');
  if (style.compress) text = text.replace(/(?:^|:)0+(?::0+)+(?=:)/, ':').replace(/^:(?!:)/, '::');
  return style.upper ? text.toUpperCase() : text;
}
const styleV6 = fc.record({ compress: fc.boolean(), upper: fc.boolean(), pad: fc.boolean(), v4Tail: fc.boolean() });

describe('the guard on literals in mixed notation', () => {
  it('gives every spelling of an IPv4 address the verdict on its number', { timeout: testTimeoutMs }, () => {
    fc.assert(
      fc.property(v4, notation, (address, style) => {
        const url = `http://${written(address, style)}/`;
        const checked = checkUrl(url, { allowHttp: true });
        const expected = mayReachV4(address);
        const dotted = [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
        // What would be dialled is the number that was written, and the verdict is the number's.
        if (checked.ok) expect(checked.url.hostname).toBe(dotted);
        expect({ url, ok: checked.ok }).toEqual({ url, ok: expected });
        expect(isPublicAddress(dotted)).toBe(expected);
        expect(isPublicAddress(`::ffff:${dotted}`)).toBe(false);
      }),
      fuzz,
    );
  });

  it('gives every spelling of an IPv6 address the verdict on its number', { timeout: testTimeoutMs }, () => {
    fc.assert(
      fc.property(v6, styleV6, (groups, style) => {
        const text = writtenV6(groups, style);
        const expected = mayReachV6(groups);
        const checked = checkUrl(`http://[${text}]/`, { allowHttp: true });
        expect({ text, ok: checked.ok }).toEqual({ text, ok: expected });
        expect({ text, ok: isPublicAddress(text) }).toEqual({ text, ok: expected });
        expect(canonicalAddress(text)).toBe(canonicalAddress(groups.map((part) => part.toString(16)).join(':')));
      }),
      fuzz,
    );
  });
});

describe('the URL parser that the guard relies on', () => {
  it('reads a literal as the operating system does', { timeout: testTimeoutMs }, async () => {
    await fc.assert(
      fc.asyncProperty(v4, notation, async (address, style) => {
        const text = written(address, { ...style, digits: 'ascii', dot: '.', trailingDot: false });
        const { address: dialled } = await lookup(text);
        expect({ text, hostname: new URL(`http://${text}/`).hostname }).toEqual({ text, hostname: dialled });
      }),
      fuzz,
    );
  });
});

/** What the system's own parser (getaddrinfo) makes of literals; it is asked for many at once, as `getent` does for hosts. */
function asTheSystemReads(literals: readonly string[]): Map<string, string> {
  const read = new Map<string, string>();
  const atOnce = 1_000;
  for (let start = 0; start < literals.length; start += atOnce) {
    const answer = execFileSync('getent', ['ahosts', ...literals.slice(start, start + atOnce)], {
      maxBuffer: 16 * 1_048_576,
    });
    for (const line of answer.toString().split('\n')) {
      const [address, kind, literal] = line.split(/\s+/);
      if (kind === 'STREAM' && address !== undefined && literal) read.set(literal, address);
    }
  }
  return read;
}

// Node.js hands IPv6 literals to the kernel without asking getaddrinfo, so `lookup` would compare Node.js with itself.
describe.runIf(process.platform === 'linux')('the guard, held against the system', () => {
  it('dials the address that the system reads in a literal, with the verdict on that', {
    timeout: testTimeoutMs,
  }, () => {
    const literals = [
      ...fc.sample(
        fc.tuple(v6, styleV6).map(([groups, style]) => writtenV6(groups, style)),
        fuzz,
      ),
      ...fc.sample(
        fc
          .tuple(v4, notation)
          .map(([address, style]) => written(address, { ...style, digits: 'ascii', dot: '.', trailingDot: false })),
        fuzz,
      ),
    ];
    const read = asTheSystemReads([...new Set(literals)]);
    const disagreements = literals.filter((literal) => {
      const address = read.get(literal);
      const checked = checkUrl(`http://${literal.includes(':') ? `[${literal}]` : literal}/`, { allowHttp: true });
      if (address === undefined || checked.ok !== isPublicAddress(canonicalAddress(address))) return true;
      return checked.ok && literalOf(checked.url.hostname) !== canonicalAddress(address);
    });
    expect(disagreements).toEqual([]);
  });
});

describe('isPublicAddress', () => {
  it.each(['', 'api.example.com', '127.1', '[2606:4700::1]', '2606:4700::1%eth0', '8.8.8.8:80'])(
    'refuses %j, which is no plain address',
    (text) => {
      expect(isPublicAddress(text)).toBe(false);
    },
  );

  it('publishes the networks it refuses', () => {
    expect(notPublicNetworks).toContain('169.254.0.0/16');
  });
});

describe('isPublicName', () => {
  it.each(['api.example.com', 'a.b', 'xn--bcher-kva.ch', `${'a'.repeat(63)}.com`])('takes %s', (name) => {
    expect(isPublicName(name)).toBe(true);
  });

  it.each([
    '-a.com',
    'a-.com',
    'a_b.com',
    'a..com',
    'a.com.',
    'x.test',
    'x.invalid',
    'x.alt',
    `${'a.'.repeat(127)}com`,
  ])('refuses %s', (name) => {
    expect(isPublicName(name)).toBe(false);
  });
});
