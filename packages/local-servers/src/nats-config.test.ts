import { permissionsOf } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { type NatsConfigOptions, renderNatsConfig } from './nats-config.ts';

const options: NatsConfigOptions = {
  serverName: 'patchbay',
  host: '127.0.0.1',
  port: 4222,
  logFile: '/state/nats-server.log',
  storeDir: '/state/jet"stream\nport: 1',
  maxFileBytes: 1_000,
  maxMemoryBytes: 500,
  syncInterval: 'always',
  maxPayloadBytes: 4_194_304,
  identities: [
    { identity: 'executor', publicKey: 'UEXECUTOR' },
    { identity: 'agent', tenant: 'acme', publicKey: 'UAGENT' },
    { identity: 'auditor', tenant: 'acme', publicKey: 'UAUDITOR' },
    { identity: 'system', publicKey: 'USYSTEM' },
  ],
};
const render = (more: Partial<NatsConfigOptions> = {}) => JSON.parse(renderNatsConfig({ ...options, ...more }));

describe('renderNatsConfig', () => {
  it('gives each identity the permissions of contracts, as allow-lists', () => {
    const [executor, agent] = render().accounts.PATCHBAY.users;
    expect(executor).toEqual({
      nkey: 'UEXECUTOR',
      permissions: {
        publish: { allow: permissionsOf('executor').publish },
        subscribe: { allow: permissionsOf('executor').subscribe },
      },
    });
    expect(agent.permissions.publish.allow).toEqual(permissionsOf('agent', 'acme').publish);
  });

  it('never writes an empty allow-list, which the server takes for everything', () => {
    for (const { permissions } of render().accounts.PATCHBAY.users) {
      expect(permissions.publish.allow).not.toEqual([]);
      expect(permissions.subscribe.allow).not.toEqual([]);
    }
  });

  it('keeps the system user out of the account of the services', () => {
    const { accounts, system_account } = render();
    expect(system_account).toBe('SYS');
    expect(accounts.SYS.users).toEqual([{ nkey: 'USYSTEM' }]);
    expect(JSON.stringify(accounts.PATCHBAY)).not.toContain('USYSTEM');
  });

  it('uses no deny rule, no reply permission and no user for those who have none', () => {
    expect(renderNatsConfig(options)).not.toMatch(/deny|allow_responses|no_auth_user/);
  });

  it('lets no value become syntax', () => {
    const config = render();
    expect(config.port).toBe(4222);
    expect(config.jetstream.store_dir).toBe('/state/jet"stream\nport: 1');
  });

  it('monitors on loopback, and only when asked', () => {
    expect(render()).not.toHaveProperty('http');
    expect(render({ monitor: '127.0.0.1:8222' }).http).toBe('127.0.0.1:8222');
  });

  it('writes an authenticated cluster when asked', () => {
    expect(render()).not.toHaveProperty('cluster');
    expect(
      render({ cluster: { name: 'c', host: '127.0.0.1', port: 1, peers: ['127.0.0.1:2', '127.0.0.1:3'], secret: 's' } })
        .cluster,
    ).toEqual({
      name: 'c',
      host: '127.0.0.1',
      port: 1,
      authorization: { user: 'route', password: 's', timeout: 5 },
      routes: ['nats-route://route:s@127.0.0.1:2', 'nats-route://route:s@127.0.0.1:3'],
    });
  });

  it('tells nobody another way to a server than the one advertised', () => {
    const cluster = { name: 'c', host: '127.0.0.1', port: 1, peers: ['127.0.0.1:2'], secret: 's' };
    expect(render({ cluster }).cluster).not.toHaveProperty('advertise');
    expect(render({ cluster: { ...cluster, advertise: '127.0.0.1:9' } }).cluster).toMatchObject({
      advertise: '127.0.0.1:9',
      no_advertise: true,
    });
  });

  it('takes over the limits', () => {
    expect(render()).toMatchObject({
      max_payload: 4_194_304,
      jetstream: { max_file_store: 1_000, max_memory_store: 500, sync_interval: 'always' },
    });
  });
});
