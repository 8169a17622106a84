import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { seedFileOf } from '@patchbay/local-servers';
import { connect } from '@patchbay/sdk';
import { connectHttp } from '@patchbay/sdk/http';
import type { Drill } from './drill.ts';
import { type Installation, install, publishTools, scratch, startUpstream } from './installation.ts';
import { finished, refusalOf } from './off-boarding.ts';
import { checkpointsOf, problemsOf } from './verify-log.ts';

const tools = 'compromised';
const call = { number: 1 };

/** Four keys are taken to be known to somebody: each is ended and replaced while others work on. */
export async function keyCompromiseDrill(drill: Drill): Promise<void> {
  const upstream = await startUpstream(drill);
  const dir = scratch(drill);
  const installation = await drill.step('start an installation', () =>
    install(drill, join(dir, 'state'), upstream, { executors: 1 }),
  );
  await publishTools(installation, upstream, tools);
  await apiKey(drill, installation);
  await wrappingKey(drill, installation, dir);
  await checkpointKey(drill, installation, dir);
  await agentNkey(drill, installation);
  await installation.stop();
}

/** Replaced, then ended everywhere. */
async function apiKey(drill: Drill, { admin, facts }: Installation): Promise<void> {
  await admin.tenants.create('acme');
  const old = await admin.keys.create({ name: 'drill', role: 'agent' });
  const web = (apiKey: string) => connectHttp({ url: facts.gateway_url, apiKey });
  const stolen = await web(old.secret);
  await stolen.execute(`${tools}_look`, call, { deadlineMs: 10_000 });
  const fresh = await drill.step('an API key: make another', () =>
    admin.keys.create({ name: 'drill-2', role: 'agent' }),
  );
  const begun = performance.now();
  await drill.step('and end the old one', async () => {
    await admin.keys.revoke(old.key.id);
    while ((await refusalOf(() => stolen.execute(`${tools}_look`, call))) !== 'not_authenticated') await delay(20);
  });
  drill.atMost('seconds until the old API key is refused', (performance.now() - begun) / 1_000, 2);
  const { status } = await (await web(fresh.secret)).execute(`${tools}_look`, call, { deadlineMs: 10_000 });
  drill.equals('a call with the new API key', status, 'succeeded');
}

/** Vaults go over to another wrapping key, and everything is wrapped anew; then the old one is needed by nobody. */
async function wrappingKey(drill: Drill, { admin, patchbay, agentOf }: Installation, dir: string): Promise<void> {
  const file = join(dir, 'new-kms.key');
  writeFileSync(file, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 });
  const vaults = () => patchbay.services.filter(({ service, ended }) => service === 'vault' && !ended);
  const replaceVault = async (variables: Record<string, string>) => {
    const old = vaults();
    await patchbay.addService('vault', variables);
    for (const vault of old) await vault.stop();
  };
  await drill.step('the wrapping key: a vault with another, and the one before', () =>
    replaceVault({
      PATCHBAY_LOCAL_KMS_KEY_FILE: file,
      PATCHBAY_LOCAL_KMS_PREVIOUS_KEY_FILE: patchbay.keys.localKmsKeyFile,
    }),
  );
  const job = await drill.step('wrap every key anew', async () => finished(admin, await admin.vault.rewrapKeys()));
  drill.equals('wrapping ended as', job.state, 'done');
  await drill.step('a vault that has the new one alone', () => replaceVault({ PATCHBAY_LOCAL_KMS_KEY_FILE: file }));
  // A tenant whose credential no executor holds yet.
  const { status } = await (await agentOf('globex')).execute(`${tools}_look`, call, { deadlineMs: 10_000 });
  drill.equals('a call with a credential from before', status, 'succeeded');
}

/** Checkpoints are signed by another key, and go on from those of the old one. */
async function checkpointKey(drill: Drill, { admin, agent, patchbay }: Installation, dir: string): Promise<void> {
  while ((await checkpointsOf(admin)).length === 0) await delay(500);
  const before = { key: (await admin.auditLog.key()).verifier_key, size: (await checkpointsOf(admin))[0]?.size ?? 0 };
  const file = join(dir, 'new-checkpoint.key');
  const { privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(file, privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 });
  await drill.step('the checkpoint key: an audit service with another', async () => {
    for (const one of patchbay.services.filter(({ service }) => service === 'audit')) await one.stop();
    await patchbay.addService('audit', { PATCHBAY_AUDIT_CHECKPOINT_KEY_FILE: file });
  });
  await agent.execute(`${tools}_look`, call, { deadlineMs: 10_000 });
  await drill.step('wait for the next checkpoint', async () => {
    while (((await checkpointsOf(admin).catch(() => []))[0]?.size ?? 0) <= before.size) await delay(500);
  });
  const after = (await admin.auditLog.key()).verifier_key;
  drill.equals('the key that auditors are given is another', String(after !== before.key), 'true');
  const found = await problemsOf(admin);
  drill.equals('problems in the log', found.log + found.messages, 0);
}

/** The servers let the identity in no more; an API key lets the tenant in meanwhile. */
async function agentNkey(drill: Drill, { patchbay, facts, admin }: Installation): Promise<void> {
  const credentials = seedFileOf(patchbay.keys, 'agent', 'acme');
  const come = () => connect({ servers: facts.nats_url, tenant: 'acme', credentials });
  const stolen = await come();
  drill.onEnd(() => stolen.close());
  const begun = performance.now();
  await drill.step("an agent's NKey: a configuration without it", () =>
    patchbay.nats.reload({
      identities: patchbay.keys.identities.filter(
        ({ identity, tenant }) => !(identity === 'agent' && tenant === 'acme'),
      ),
    }),
  );
  const result = await stolen.execute(`${tools}_look`, call, { deadlineMs: 2_000 });
  drill.equals('a call over the connection that was open', String(result.status === 'succeeded'), 'false');
  drill.equals('who comes with it is', (await refusalOf(come)) ?? 'let in', 'not_permitted');
  drill.figure('refused after', (performance.now() - begun) / 1_000, 's');
  const { secret } = await admin.keys.create({ name: 'meanwhile', role: 'agent' });
  const meanwhile = await connect({ servers: facts.nats_url, tenant: 'acme', apiKey: secret });
  const { status } = await meanwhile.execute(`${tools}_look`, call, { deadlineMs: 10_000 });
  await meanwhile.close();
  drill.equals('the tenant works on by an API key', status, 'succeeded');
}
