import { searchServer } from '@patchbay/local-servers/server-binaries';
import { checkout } from '../../config.ts';
import { type Check, fail, ok, skip } from '../check.ts';
import { judgeNatsVersion } from './nats-version.ts';

export const serverPrograms: Check = {
  id: 'server-programs',
  title: 'nats-server and redis-server are found, and new enough',
  means: "'npm start' cannot bring Patchbay up on this machine.",
  fix: "Run 'npm start' once: it fetches what is missing. Or set PATCHBAY_NATS_SERVER and PATCHBAY_REDIS_SERVER.",
  look({ io, installationDir, options }) {
    // Where an installation elsewhere is looked at, this machine need not be able to run one.
    if (installationDir !== null || options.nats !== undefined) return [skip('another machine is looked at')];
    return (['nats-server', 'redis-server'] as const).map((server) => {
      const found = searchServer(server, checkout, { ...io.env });
      if (found.path === null)
        return fail(`not found (${found.tried.join('; ') || 'nowhere on PATH'})`, { about: server });
      if (server === 'nats-server') return { ...judgeNatsVersion(found.version, found.path), about: server };
      return ok(`${found.version} (${found.path})`, server);
    });
  },
};
