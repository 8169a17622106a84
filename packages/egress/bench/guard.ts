import { refusalByHosts } from '../src/allow-list.ts';
import { checkUrl } from '../src/index.ts';
import { isPublicAddress } from '../src/public-address.ts';
import { createTargetFinder } from '../src/target.ts';
import vectors from '../vectors/ssrf.json' with { type: 'json' };

/** What the guard's judgement of a URL takes, each call timed by itself: `node bench/guard.ts [rounds]`. */
const rounds = Number(process.argv[2] ?? 500);
const urls = [...vectors.refused, ...vectors.allowed].map(({ url }) => url);
const find = createTargetFinder({ trustedOrigins: new Set(), isPublic: isPublicAddress });
const known = 'https://api.stripe.com/v1/charges?limit=3';

const candidates: Record<string, (url: string) => unknown> = {
  'every check anew, published vectors': (url) => checkUrl(url, { allowHttp: true }),
  'as a request sees it, known origin': () => {
    const found = find(known);
    return typeof found === 'string' ? found : refusalByHosts(found.target, ['api.stripe.com']);
  },
};
for (const [name, judge] of Object.entries(candidates)) {
  const times: number[] = [];
  for (let round = -50; round < rounds; round += 1) {
    for (const url of urls) {
      const before = process.hrtime.bigint();
      judge(url);
      if (round >= 0) times.push(Number(process.hrtime.bigint() - before) / 1_000);
    }
  }
  times.sort((a, b) => a - b);
  const at = (share: number): string => (times[Math.floor(times.length * share)] ?? Number.NaN).toFixed(1);
  process.stdout.write(`${name.padEnd(38)} p50 ${at(0.5)} µs  p99 ${at(0.99)} µs  (${times.length} calls)\n`);
}
