import { type Check, fail, ok } from '../check.ts';

/** Clocks further apart than this spoil the lives of tokens and the order of audit events, in milliseconds. */
const mostMs = 2_000;

export const clocks: Check = {
  id: 'clocks',
  title: 'The clocks agree',
  means:
    'Tokens end early or late, signatures of webhooks are refused, and audit events are out of order. Deadlines do not depend on it.',
  fix: 'Set the clocks of the machines named by NTP (chrony, systemd-timesyncd).',
  async look(examination) {
    const processes = (await examination.services()).flatMap(({ name, report, receivedAt }) =>
      report === null ? [] : [{ name, time: report.time, receivedAt }],
    );
    const servers = (await examination.servers().catch(() => ({ servers: [] }))).servers;
    const seen = [...processes, ...servers].map(({ name, time, receivedAt }) => ({
      name,
      // What was said within the wait is not off by it.
      offMs: Math.max(Date.parse(time) - receivedAt, receivedAt - gatheredMs - Date.parse(time), 0),
      ahead: Date.parse(time) > receivedAt,
    }));
    const off = seen.filter(({ offMs }) => offMs > mostMs);
    if (off.length > 0)
      return off.map(({ name, offMs, ahead }) =>
        fail(`${(offMs / 1_000).toFixed(1)} s ${ahead ? 'ahead of' : 'behind'} this machine’s clock`, { about: name }),
      );
    return [ok(`${seen.length} agree with this machine’s to ${mostMs / 1_000} s`)];
  },
};

/** Milliseconds for which answers were gathered before they were looked at, at most. */
const gatheredMs = 6_000;
