import { isAlive } from '../../config.ts';
import { type Check, fail, ok } from '../check.ts';

export const running: Check = {
  id: 'running',
  title: 'There is a Patchbay to look at',
  means: 'Only what lies on this machine was looked at.',
  fix: "npm start, or 'patchbay up', or say with --nats where it is",
  look({ facts, options, io }) {
    if (options.nats !== undefined || io.env.PATCHBAY_NATS_URL)
      return [ok('NATS is named by --nats or PATCHBAY_NATS_URL')];
    if (facts === null) return [fail('Patchbay does not run: there is no dev.json at or above this directory')];
    if (!isAlive(facts))
      return [fail(`Patchbay does not run: process ${facts.pid} of ${facts.stateDir}/dev.json is gone`)];
    const sandbox = facts.sandbox_url === null ? 'calling the real hosts' : `with the sandbox at ${facts.sandbox_url}`;
    return [ok(`process ${facts.pid}, ${facts.shape.replace('_', ' ')}, ${facts.executors} executor(s), ${sandbox}`)];
  },
};
