import { type Check, ok, warn } from '../check.ts';
import { isLoopback } from '../loopback.ts';

export const natsMonitor: Check = {
  id: 'nats-monitor',
  title: 'The servers’ monitoring is on the loopback',
  means: 'Monitoring asks nobody who they are: it tells accounts, subjects, streams and addresses of clients.',
  fix: 'Set http to 127.0.0.1:8222 and ask through the system account.',
  async look(examination) {
    const { servers } = await examination.servers();
    return servers.map(({ name, monitored }) =>
      monitored === null || isLoopback(monitored.replace(/:\d+$/, ''))
        ? ok(monitored ?? 'none', name)
        : warn(`open at ${monitored}`, { about: name }),
    );
  },
};
