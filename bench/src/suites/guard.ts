import { checkUrl, isPublicAddress, tenantRules } from '@patchbay/egress';
import { number, print, readOptions, table } from '../suite.ts';

const usage = `Usage: npm run bench -- guard [options]

What the egress guard takes of a request's time: the judgement of the URL, under a tenant's rules, and of the address before
the connect and of the peer after it. One process, nothing but the guard, each judgement timed by itself; the floor is the
runtime's own URL parser on the same texts.

  --rounds N        judgements of each kind (default 200000)
  --json            print one JSON object
`;

const options = readOptions(usage, { rounds: 200_000 });
const { rounds } = options;
const rules = tenantRules({
  privateHosts: ['tickets.corp.internal', 'crm.corp.internal:8443'],
  privateNetworks: ['10.20.0.0/16', '192.168.7.0/24'],
});

interface Kind {
  readonly what: string;
  readonly url: string;
  readonly address: string;
  readonly passes: boolean;
}

const kinds: readonly Kind[] = [
  {
    what: 'a public name',
    url: 'https://slack.com/api/chat.postMessage?channel=C1',
    address: '3.120.5.7',
    passes: true,
  },
  {
    what: 'a public name at IPv6',
    url: 'https://www.googleapis.com/calendar/v3/calendars/primary/events',
    address: '2a00:1450:4001:82a::200a',
    passes: true,
  },
  {
    what: 'a host of the tenant’s own network',
    url: 'https://tickets.corp.internal/api/v2/tickets',
    address: '10.20.3.4',
    passes: true,
  },
  { what: 'a literal in octal', url: 'https://0177.0.0.1/latest/meta-data', address: '127.0.0.1', passes: false },
  {
    what: 'a name that resolves inside',
    url: 'https://rebind.example.com/',
    address: '::ffff:10.0.0.1',
    passes: false,
  },
];

/** As a request goes through the guard: its URL, the address that the name resolved to, and the peer of the socket. */
function judge({ url, address }: Kind): boolean {
  const checked = checkUrl(url, { isPrivateHost: rules.isPrivateHost });
  if (!checked.ok) return false;
  for (let look = 0; look < 2; look++) if (!isPublicAddress(address) && !rules.isPrivateAddress(address)) return false;
  return true;
}

function timed(work: () => unknown): Float64Array {
  const took = new Float64Array(rounds);
  for (let round = 0; round < rounds; round++) {
    const from = process.hrtime.bigint();
    work();
    took[round] = Number(process.hrtime.bigint() - from) / 1_000;
  }
  return took.sort();
}

function row(what: string, took: Float64Array) {
  const at = (share: number) => took[Math.min(rounds - 1, Math.floor(rounds * share))] as number;
  return { what, p50_us: at(0.5), p99_us: at(0.99), p999_us: at(0.999) };
}

for (const kind of kinds) {
  if (judge(kind) !== kind.passes) throw new Error(`the guard's verdict on ${kind.what} is not the expected one`);
  for (let round = 0; round < 20_000; round++) judge(kind);
}
const rows = [
  row(
    'the runtime’s URL parser alone',
    timed(() => URL.parse(kinds[0]?.url as string)),
  ),
  ...kinds.map((kind) =>
    row(
      `${kind.what}${kind.passes ? '' : ', refused'}`,
      timed(() => judge(kind)),
    ),
  ),
];
const worst = Math.max(...rows.slice(1).map(({ p99_us }) => p99_us));
print(options, { rounds, rows, worst_p99_us: worst }, () => {
  const cells = rows.map((one) => [one.what, ...[one.p50_us, one.p99_us, one.p999_us].map((us) => number(us, 2))]);
  const times = table(['judged', 'p50 µs', 'p99 µs', 'p99.9 µs'], cells);
  return `${number(rounds)} judgements of each kind\n\n${times}\nworst p99: ${number(worst, 1)} µs; the goal is at most 50\n`;
});
