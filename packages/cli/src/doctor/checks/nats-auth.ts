import { type Check, fail, NotSeen, ok } from '../check.ts';
import { tryAnonymous } from '../try-anonymous.ts';

export const natsAuth: Check = {
  id: 'nats-auth',
  title: 'Every nats-server asks clients who they are',
  means: 'Whoever reaches the port can call tools of every tenant, read the audit stream and stand in for a service.',
  fix: 'Start it with the configuration that lay-out writes (deploy/nats), which has no no_auth_user.',
  async look({ target }) {
    let servers: readonly string[];
    try {
      ({ servers } = target('admin'));
    } catch {
      throw new NotSeen('nothing says where Patchbay is');
    }
    return Promise.all(
      servers.map(async (url) => {
        const { host } = new URL(url);
        const verdict = await tryAnonymous(url);
        if (verdict === 'silent') return fail('does not answer', { about: host, fix: 'Start it.' });
        return verdict === 'in' ? fail('lets anybody in', { about: host }) : ok('asks', host);
      }),
    );
  },
};
