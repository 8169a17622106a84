import { type Check, fail, ok, warn } from '../check.ts';
import { isLoopback } from '../loopback.ts';

export const natsTls: Check = {
  id: 'nats-tls',
  title: 'NATS speaks TLS wherever other machines reach it',
  means: 'Arguments, results and the API keys by which agents connect travel in clear.',
  fix: 'Give the servers certificates (lay-out --nats-tls-dir), and use tls:// in PATCHBAY_NATS_URLS.',
  async look(examination) {
    const { servers } = await examination.servers();
    return servers.map(({ name, listens, tlsRequired, cluster, clusterTlsRequired }) => {
      if (isLoopback(listens.replace(/:\d+$/, ''))) return ok('on the loopback only', name);
      if (!tlsRequired) return warn(`takes clients in clear at ${listens}`, { about: name });
      if (cluster !== null && !clusterTlsRequired) return fail('talks to its cluster in clear', { about: name });
      return ok('clients and routes over TLS', name);
    });
  },
};
