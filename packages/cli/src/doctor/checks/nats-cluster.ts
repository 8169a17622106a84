import { type Check, fail, ok, warn } from '../check.ts';

export const natsCluster: Check = {
  id: 'nats-cluster',
  title: 'The cluster has an odd number of servers, and all of them are there',
  means:
    'With two servers, or one of three away, the next loss stops every stream; with an even number more can go wrong and none more may.',
  fix: 'Start the server that is away, or bring the cluster to three or five.',
  async look(examination) {
    const { servers, missingPeers } = await examination.servers();
    const clustered = servers.filter(({ cluster }) => cluster !== null);
    if (clustered.length === 0 && missingPeers.length === 0) return [ok('one server, no cluster')];
    const size = clustered.length + missingPeers.length;
    if (missingPeers.length > 0)
      return [fail(`${missingPeers.join(', ')} of ${size} servers ${missingPeers.length === 1 ? 'is' : 'are'} away`)];
    return [size % 2 === 1 ? ok(`${size} servers`) : warn(`${size} servers: an odd number outlives as many losses`)];
  },
};
