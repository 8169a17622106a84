import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import { createEgress, type EgressOutcome } from '../src/index.ts';

// A process of its own, started with a low limit of open files: sends to the origin named with room, without, and with
// room again, and prints what became of each.

const origin = process.argv[2] as string;
const egress = createEgress({ trustedOrigins: [origin], maxSocketsPerPool: 2 });

async function send(url: string, tenant = 'ten_a'): Promise<string> {
  const { hostname, host } = new URL(url);
  const outcome: EgressOutcome = await egress.send({
    tenant,
    method: 'POST',
    url,
    headers: {},
    body: 'x',
    hosts: [hostname, host],
    deadlineAt: performance.now() + 30_000,
    maxResponseBytes: 1_024,
  });
  if (outcome.ok) return String(outcome.response.status);
  const { kind, reason, sent } = outcome.failure;
  return `${kind} ${reason} ${sent ? 'sent' : 'unsent'}`;
}

const at = (path: string, count: number) => Promise.all(Array.from({ length: count }, () => send(origin + path)));

function openAll(): number[] {
  const opened: number[] = [];
  try {
    for (;;) opened.push(openSync(devNull, 'r'));
  } catch {
    return opened;
  }
}

const before = await at('/close', 1);
const held = openAll();
const without = await at('/close', 5);
const unresolved = await Promise.all(['https://one.example.com/', 'https://two.example.com/'].map((url) => send(url)));
for (const descriptor of held) closeSync(descriptor);
const after = await at('/close', 5);
// Sockets of two tenants are idle, one of them for longer, and a third tenant needs one.
await send(`${origin}/keep`, 'ten_b');
await send(`${origin}/keep`, 'ten_c');
const open = egress.stats().sockets;
const again = openAll();
const newcomer = await Promise.all(['ten_d', 'ten_e', 'ten_f'].map((tenant) => send(`${origin}/keep`, tenant)));
for (const descriptor of again) closeSync(descriptor);
const made = { open, newcomer: newcomer.sort(), openAfter: egress.stats().sockets };
await egress.close();
process.stdout.write(JSON.stringify({ before, without, unresolved, after, made }));
