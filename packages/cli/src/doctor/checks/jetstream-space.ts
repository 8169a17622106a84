import { type Check, fail, ok, warn } from '../check.ts';

const [warnAt, failAt] = [0.8, 0.95];

export const jetstreamSpace: Check = {
  id: 'jetstream-space',
  title: 'JetStream has room',
  means: 'When it is full no call is carried out (audit_unavailable) and webhooks get 503.',
  fix: 'Raise max_file_store (lay-out --nats-max-gib) or give stream AUDIT an age (--audit-stream-days) once the audit service has what is older.',
  async look(examination) {
    const { servers } = await examination.servers();
    return servers.flatMap(({ name, jetstream }) => {
      if (jetstream === null) return [];
      const share = jetstream.usedBytes / jetstream.maxBytes;
      const mib = (bytes: number) => (bytes / 1_048_576).toFixed(1);
      const text = `${(share * 100).toFixed(0)} % of ${mib(jetstream.maxBytes)} MiB used`;
      if (share >= failAt) return [fail(text, { about: name })];
      return [share >= warnAt ? warn(text, { about: name }) : ok(text, name)];
    });
  },
};
