import { readFileSync } from 'node:fs';
import { permissionsOf } from '@patchbay/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureIdentityKeys, type IdentityKey, type KeyOwner, type LocalKeys } from './identity-keys.ts';
import { type NatsServer, startNatsServer } from './nats-server.ts';
import { RawNatsClient } from './raw-nats-client.test-support.ts';
import { covers, permitsSubscription } from './subject-matcher.test-support.ts';
import { natsBinary, openWorkspace } from './workspace.test-support.ts';

const workspace = openWorkspace();
let keys: LocalKeys;
let server: NatsServer;

beforeAll(async () => {
  keys = ensureIdentityKeys(workspace.path('keys'), ['acme', 'globex']);
  server = workspace.keep(await startNatsServer({ dir: workspace.path('nats'), binary: natsBinary(), keys, port: 0 }));
});
afterAll(() => workspace.close());

describe('random subjects', () => {
  const seed = Number(process.env.PATCHBAY_TEST_SEED ?? 20_260_101);
  const perIdentity = 700;

  it(`have the verdict of the table, ${perIdentity} to publish and ${perIdentity} to subscribe for each identity (seed ${seed})`, async () => {
    const random = generator(seed);
    const identities = keys.identities.filter((key) => key.identity !== 'system');
    const patterns = identities.flatMap((key) => {
      const { publish, subscribe } = table(key);
      return [...publish, ...subscribe.map((entry) => entry.split(' ')[0] as string)];
    });
    const queues = ['', '', 'executor', 'vault', 'registry', 'audit', 'webhook-ingress', 'webhook-delivery', 'other'];
    let [compared, allowedCount] = [0, 0];
    const differences: string[] = [];
    for (const key of identities) {
      const client = await RawNatsClient.connect(server.port, readFileSync(key.seedFile, 'utf8'));
      const { publish, subscribe } = table(key);
      const subjects = [...new Set(Array.from({ length: perIdentity }, () => randomSubject(random, patterns, false)))];
      for (const subject of subjects) client.publish(subject);
      const subscriptions = [
        ...new Map(
          Array.from({ length: perIdentity }, () => {
            const [subject, queue] = [randomSubject(random, patterns, true), pick(random, queues)];
            return [`${subject} ${queue}`, { subject, queue }] as const;
          }),
        ).values(),
      ];
      for (const { subject, queue } of subscriptions) client.subscribe(subject, queue);
      await client.flush();
      client.close();
      const refusals = new Set(client.errors);
      const compare = (what: string, allowed: boolean, refusal: string) => {
        compared++;
        if (allowed) allowedCount++;
        if (refusals.has(refusal) === allowed)
          differences.push(
            `${key.identity} ${key.tenant ?? ''} ${what}: the table says ${allowed ? 'yes' : 'no'}, the server the opposite`,
          );
      };
      for (const subject of subjects) {
        const allowed = publish.some((pattern) => covers(pattern, subject));
        compare(`publish ${subject}`, allowed, `'Permissions Violation for Publish to "${subject}"'`);
      }
      for (const { subject, queue } of subscriptions) {
        const inQueue = queue === '' ? '' : ` using queue "${queue}"`;
        compare(
          `subscribe ${subject} ${queue}`,
          permitsSubscription(subscribe, subject, queue),
          `'Permissions Violation for Subscription to "${subject}"${inQueue}'`,
        );
      }
    }
    expect(differences).toEqual([]);
    expect(compared).toBeGreaterThan(10_000);
    // Were nearly all verdicts the same, the comparison would show little.
    expect(allowedCount).toBeGreaterThan(compared / 20);
  });

  it('nothing is published below a place where a subscription could end in > instead of *', () => {
    const identities = keys.identities.filter((key) => key.identity !== 'system');
    const places = identities.flatMap((key) =>
      table(key)
        .subscribe.filter((entry) => entry.endsWith('.*'))
        .map((entry) => entry.slice(0, -2)),
    );
    expect(places).toContain('audit.v1.acme');
    const below = places.flatMap((place) => [`${place}.a.b`, `${place}.a.b.c`]);
    const published = identities.flatMap((key) =>
      table(key).publish.filter((pattern) => below.some((subject) => covers(pattern, subject))),
    );
    expect(published).toEqual([]);
  });

  it('the matcher agrees with the rules of NATS wildcards', () => {
    const cases: [string, string, boolean][] = [
      ['a.b', 'a.b', true],
      ['a.b', 'a.c', false],
      ['a.b', 'a', false],
      ['a', 'a.b', false],
      ['a.*', 'a.b', true],
      ['a.*', 'a', false],
      ['a.*', 'a.b.c', false],
      ['a.*', 'a.*', true],
      ['a.>', 'a.b.c', true],
      ['a.>', 'a', false],
      ['a.>', 'a.>', true],
      ['a.>', 'a.*', true],
      ['>', 'a', true],
      ['a.b', 'a.*', false],
      ['a.b', 'a.>', false],
      ['a.*', 'a.>', false],
      ['a.*.c', 'a.b.c', true],
    ];
    for (const [pattern, subject, expected] of cases)
      expect([pattern, subject, covers(pattern, subject)]).toEqual([pattern, subject, expected]);
    expect(permitsSubscription(['a.* q'], 'a.b', 'q')).toBe(true);
    expect(permitsSubscription(['a.* q'], 'a.b', '')).toBe(false);
    expect(permitsSubscription(['a.* q'], 'a.b', 'r')).toBe(false);
    expect(permitsSubscription(['a.*'], 'a.b', 'r')).toBe(true);
    expect(permitsSubscription(['a.*'], 'a.>', '')).toBe(true);
    expect(permitsSubscription(['a.b'], 'a.>', '')).toBe(false);
  });
});

function table(key: IdentityKey) {
  return permissionsOf(key.identity as Exclude<KeyOwner, 'system'>, key.tenant);
}

/** A small repeatable generator (mulberry32): numbers from 0 to below 1. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function pick<Item>(random: () => number, items: readonly Item[]): Item {
  return items[Math.floor(random() * items.length)] as Item;
}

/** A subject near somebody's pattern: filled in, then often changed in one place. With `wildcards`, some stay in it. */
function randomSubject(random: () => number, patterns: readonly string[], wildcards: boolean): string {
  const words = [
    'acme',
    'globex',
    'all',
    'x',
    'execute',
    'AUDIT',
    'KV_credentials',
    'execution',
    'credential',
    'vault',
    'executor',
  ];
  const word = () => pick(random, words);
  const tokens = pick(random, patterns)
    .split('.')
    .flatMap((token) => {
      if (token === '*') return wildcards && random() < 0.5 ? ['*'] : [word()];
      if (token === '>')
        return wildcards && random() < 0.5 ? ['>'] : Array.from({ length: 1 + Math.floor(random() * 2) }, word);
      return [token];
    });
  const at = Math.floor(random() * tokens.length);
  const change = random();
  if (change < 0.15) tokens[at] = wildcards && random() < 0.5 ? '*' : word();
  else if (change < 0.25) tokens.push(word());
  else if (change < 0.35 && tokens.length > 1) tokens.splice(at, 1);
  else if (change < 0.4 && wildcards) tokens.splice(Math.max(1, at), tokens.length, '>');
  return tokens.map((token, index) => (token === '>' && index < tokens.length - 1 ? '*' : token)).join('.');
}
