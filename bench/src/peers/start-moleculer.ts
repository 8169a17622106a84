import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startModule } from '../processes.ts';
import { startBareNats } from '../start-bare.ts';
import { benchToken, type Peer } from './peer.ts';

/** Two nodes over a nats-server: the service with the tool, and the driver that calls it. */
export const moleculer: Peer = {
  id: 'moleculer',
  name: 'Moleculer over NATS',
  packages: 'moleculer',
  async start(place) {
    const nats = await startBareNats(place);
    const credential = join(place.dir, 'credential');
    writeFileSync(credential, benchToken, { mode: 0o600 });
    const { child: service } = await startModule('peers/moleculer-service.ts', [
      place.packages,
      nats.url,
      place.upstream.url,
      credential,
    ]);
    place.children.push(service);
    const { child: driver } = await startModule('peers/moleculer-driver.ts', [place.packages, nats.url]);
    place.children.push(driver);
    return {
      pids: { nats: nats.pid, service: service.pid as number },
      doors: [{ id: 'moleculer', name: 'Moleculer over NATS', driver }],
    };
  },
};
