import { type Check, fail, ok } from '../check.ts';

/** Copies that outlive the loss of one server; more servers than three do not ask for more copies. */
const wanted = 3;
const mostNamed = 5;

export const streamReplicas: Check = {
  id: 'stream-replicas',
  title: 'Each stream is kept three times where there are three servers, has a leader, and no copy lags',
  means: 'The loss of one server stops such a stream, and with its disk loses what was in it.',
  fix: 'Provision again with --replicas 3: it changes streams that are there. For copies that lag, look at the servers named.',
  async look(examination) {
    const { servers, streams, missingPeers } = await examination.servers();
    const clustered = servers.some(({ cluster }) => cluster !== null);
    if (streams.length === 0)
      return [fail('there are no streams', { fix: 'Provision: node packages/installation/src/main.ts provision.' })];
    if (!clustered) return [ok(`${streams.length} streams on one server`)];
    const size = servers.length + missingPeers.length;
    const named = (names: readonly string[]) =>
      `${names.slice(0, mostNamed).join(', ')}${names.length > mostNamed ? ` and ${names.length - mostNamed} more` : ''}`;
    const few = size < wanted ? [] : streams.filter(({ replicas }) => replicas < wanted).map(({ name }) => name);
    const leaderless = streams.filter(({ leader }) => leader === null).map(({ name }) => name);
    const lagging = streams.filter((stream) => stream.lagging.length > 0).map(({ name }) => name);
    const problems = [
      ...(few.length > 0 ? [fail(`kept less than ${wanted} times: ${named(few)}`, { about: 'copies' })] : []),
      ...(leaderless.length > 0 ? [fail(`without a leader: ${named(leaderless)}`, { about: 'leaders' })] : []),
      ...(lagging.length > 0 ? [fail(`a copy is away or behind: ${named(lagging)}`, { about: 'lag' })] : []),
    ];
    return problems.length > 0 ? problems : [ok(`${streams.length} streams on ${size} servers`)];
  },
};
