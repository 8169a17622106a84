import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@patchbay/local-servers';
import { startModule } from '../processes.ts';
import { benchToken, type Peer } from './peer.ts';
import { answers, startProgram } from './start-program.ts';

/** Node-RED with one flow: a request comes in, goes out with a bearer credential that Node-RED keeps, and its answer goes back. */
export const nodeRed: Peer = {
  id: 'node-red',
  name: 'Node-RED',
  packages: 'node-red',
  async start(place) {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const settings = join(place.dir, 'settings.js');
    writeFileSync(settings, `module.exports = ${JSON.stringify(settingsOf(port, place.dir))};\n`);
    const pid = await startProgram(place, join(place.packages, 'node_modules/node-red/red.js'), {
      args: ['--settings', settings],
      ready: () => answers(`${url}/admin/flows`),
    });
    const deployed = await fetch(`${url}/admin/flows`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'node-red-deployment-type': 'full' },
      body: JSON.stringify(flowTo(`${place.upstream.url}/api/lookup`)),
    });
    if (!deployed.ok) throw new Error(`the flow was refused: ${deployed.status} ${await deployed.text()}`);
    const { child: driver } = await startModule('peers/http-driver.ts', [`${url}/lookup`]);
    place.children.push(driver);
    return { pids: { 'node-red': pid }, doors: [{ id: 'node-red', name: 'Node-RED', driver }] };
  },
};

const settingsOf = (uiPort: number, userDir: string) => ({
  uiHost: '127.0.0.1',
  uiPort,
  userDir,
  flowFile: 'flows.json',
  credentialSecret: 'of a run that ends',
  httpAdminRoot: '/admin',
  disableEditor: true,
  telemetry: { enabled: false, updateNotification: false },
  externalModules: { palette: { allowInstall: false } },
  logging: { console: { level: 'warn', metrics: false, audit: false } },
});

const flowTo = (url: string) => [
  { id: 'tab', type: 'tab', label: 'bench' },
  { id: 'in', type: 'http in', z: 'tab', url: '/lookup', method: 'post', upload: false, wires: [['call']] },
  {
    id: 'call',
    type: 'http request',
    z: 'tab',
    method: 'POST',
    url,
    ret: 'obj',
    paytoqs: 'ignore',
    persist: true,
    authType: 'bearer',
    senderr: false,
    credentials: { password: benchToken },
    wires: [['plain']],
  },
  // The upstream's own headers are not the answer's.
  { id: 'plain', type: 'change', z: 'tab', rules: [{ t: 'delete', p: 'headers', pt: 'msg' }], wires: [['out']] },
  { id: 'out', type: 'http response', z: 'tab', wires: [] },
];
