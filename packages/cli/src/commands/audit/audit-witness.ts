import type { KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  createWitness,
  formatVerifierKey,
  newSigningKeyPem,
  openFileWitnessStore,
  readSigningKey,
  type SigningKey,
  startWitnessServer,
  type VerifierKey,
  verifierKey,
} from '@patchbay/audit-log/proofs';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { UsageError } from '../../failures.ts';
import { several } from '../../input/several.ts';
import { readLogKeys } from '../../input/verifier-keys.ts';
import type { CliIo } from '../../terminal.ts';

interface Options {
  readonly name: string;
  readonly key: string;
  readonly state: string;
  readonly log: readonly string[];
  readonly installation: readonly string[];
  readonly listen: string;
}

export function addAuditWitness(parent: Command, run: Run): void {
  defineCommand<[], Options>(parent, run, {
    name: 'witness',
    summary: 'Run a witness: it signs checkpoints that go on from the last one, and refuses forks',
    description:
      'Run a witness of audit logs over HTTP until Ctrl-C (C2SP tlog-witness: POST /add-checkpoint, GET /<origin hash>/checkpoint). It signs a checkpoint only when it goes on from the last one that it signed, which it keeps on the disk before it answers. Run it where those who run the logs have no access. Without a key file it makes one.',
    examples: [
      'patchbay audit witness --name witness.example/1 --key witness.key --state witness --log patchbay/inst/acme+0a1b2c3d+AZ…',
      'patchbay audit witness --name witness.example/1 --key witness.key --state witness --installation inst=audit.pub --listen 0.0.0.0:8080',
    ],
    configure: (command) =>
      command
        .requiredOption('--name <name>', 'the witness’s name in signatures, such as a host it is known by')
        .requiredOption('--key <file>', 'its private key; made when it is not there')
        .requiredOption('--state <directory>', 'where it keeps what it signed last')
        .option('--log <key>', 'a log to watch, by its key with its name', several, [])
        .option(
          '--installation <id=file>',
          'every log of an installation, by the public key of its checkpoints',
          several,
          [],
        )
        .option('--listen <host:port>', 'where to listen', '127.0.0.1:8440'),
    async run(context, options) {
      const { io, style } = context;
      const keysOf = watched(options, io);
      const { host, port } = readAddress(options.listen);
      const key = readOrMakeKey(options.key, io);
      const verifier = publicKeyOf(options.name, key);
      const directory = resolve(io.cwd, options.state);
      const store = openFileWitnessStore(directory);
      try {
        const server = await startWitnessServer({
          witness: createWitness({ name: options.name, key, keysOf, store }),
          directory,
          host,
          port,
          onAnswer: ({ status, refused }) => {
            const at = new Date().toISOString();
            context.showLine({ event: 'answered', at, status, ...refused }, () =>
              refused === undefined
                ? `${at} ${style.good('signed')}`
                : `${at} ${style.bad(`refused ${status}`)} ${refused.why} ${refused.origin ?? ''}`,
            );
          },
          onFailure: (error) =>
            context.showLine({ event: 'failed', detail: String(error) }, () => style.bad(String(error))),
        });
        const verifier_key = formatVerifierKey(verifier);
        context.showLine(
          { event: 'listening', url: server.url, verifier_key },
          () => `Witness on ${server.url}. Its key, for --witness-key:\n${verifier_key}`,
        );
        if (!io.interrupt.aborted) await once(io.interrupt, 'abort');
        await server.close();
      } finally {
        store.close();
      }
      return undefined;
    },
  });
}

function publicKeyOf(name: string, key: SigningKey): VerifierKey {
  try {
    return verifierKey(name, key.publicKey, 4);
  } catch (error) {
    throw new UsageError(`--name: ${(error as Error).message}`);
  }
}

/** Who signs for a log, by its origin. */
function watched({ log, installation }: Options, io: CliIo): (origin: string) => readonly VerifierKey[] | null {
  const byOrigin = new Map<string, VerifierKey[]>();
  for (const key of readLogKeys('--log', log, io)) {
    if (!('name' in key))
      throw new UsageError('--log takes a key with the log’s name; a key in PEM goes with --installation.');
    byOrigin.set(key.name, [...(byOrigin.get(key.name) ?? []), key]);
  }
  const byPrefix = new Map<string, (VerifierKey | KeyObject)[]>();
  for (const text of installation) {
    const [, id = '', file = ''] = /^([A-Za-z0-9._-]+)=(.+)$/.exec(text) ?? [];
    if (id === '') throw new UsageError('--installation takes an id and a file, such as inst=audit.pub.');
    byPrefix.set(`patchbay/${id}/`, [
      ...(byPrefix.get(`patchbay/${id}/`) ?? []),
      ...readLogKeys('--installation', [file], io),
    ]);
  }
  if (byOrigin.size + byPrefix.size === 0) throw new UsageError('Name a log to watch with --log or --installation.');
  return (origin) => {
    const prefix = [...byPrefix.keys()].find((one) => origin.startsWith(one));
    const shared = prefix === undefined ? [] : (byPrefix.get(prefix) ?? []);
    const keys = [
      ...(byOrigin.get(origin) ?? []),
      ...shared.map((key) => verifierKey(origin, 'bytes' in key ? key.bytes : key)),
    ];
    return keys.length === 0 ? null : keys;
  };
}

function readOrMakeKey(path: string, { cwd }: CliIo): SigningKey {
  const file = resolve(cwd, path);
  if (!existsSync(file)) writeFileSync(file, newSigningKeyPem(), { mode: 0o600, flag: 'wx', flush: true });
  try {
    return readSigningKey(readFileSync(file));
  } catch {
    throw new UsageError(`${path} holds no Ed25519 private key in PEM.`);
  }
}

function readAddress(text: string): { host: string; port: number } {
  const [, host = '', port = ''] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  if (host === '' || Number(port) > 65_535) throw new UsageError('--listen takes an address such as 127.0.0.1:8440.');
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
}
