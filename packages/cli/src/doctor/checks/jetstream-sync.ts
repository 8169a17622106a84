import { type Check, fail, ok, warn } from '../check.ts';

export const jetstreamSync: Check = {
  id: 'jetstream-sync',
  title: 'What JetStream acknowledges is on disk',
  means:
    'A power cut, or several at once, loses acknowledged audit records, idempotency keys and webhooks of up to that interval. A killed process loses nothing.',
  fix: "Set jetstream.sync_interval to 'always' (lay-out --nats-sync always). What it costs: docs/nats-deployments.md.",
  async look(examination) {
    const { servers } = await examination.servers();
    const exposed = await examination.exposed();
    return servers.map(({ name, jetstream }) => {
      if (jetstream === null) return fail('has no JetStream', { about: name, fix: 'Enable jetstream on it.' });
      if (jetstream.syncEveryMs === 0) return ok('before each acknowledgement', name);
      const text = `every ${jetstream.syncEveryMs / 1_000} s`;
      return exposed ? warn(text, { about: name }) : ok(`${text}; this is for trying out, on the loopback`, name);
    });
  },
};
