import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readKeepingConfig } from './keeping-config.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'keeping-config-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const withSinks = (document: unknown) => {
  const path = join(dir, 'sinks.json');
  writeFileSync(path, typeof document === 'string' ? document : JSON.stringify(document));
  return { PATCHBAY_AUDIT_SINKS_FILE: path };
};

describe('how the log is handed out', () => {
  it('is nowhere, unless somebody says so', () => {
    expect(readKeepingConfig({})).toEqual({
      sinks: [],
      sinkPauseRule: { failures: 10, failingForMs: 3_600_000 },
      exportsLocation: null,
      s3Endpoint: null,
      trustedOrigins: [],
      tenantPoliciesFile: null,
    });
  });

  it('is to sinks of a file, with tokens of files, and to a bucket', () => {
    writeFileSync(join(dir, 'token'), 'secret-token\n', { mode: 0o600 });
    const soc = { url: 'https://soc.internal:8088/in', format: 'splunk_hec', auth: 'splunk' };
    const config = readKeepingConfig({
      ...withSinks({
        sinks: {
          soc: { ...soc, token_file: join(dir, 'token'), start: 'beginning' },
          lake: { url: 'https://lake.example/' },
        },
      }),
      PATCHBAY_AUDIT_EXPORTS: 's3://exports/audit',
      PATCHBAY_AUDIT_S3_ENDPOINT: 'http://127.0.0.1:9000',
      PATCHBAY_AUDIT_SINK_PAUSE_MINUTES: '5',
    });
    expect(config).toMatchObject({ exportsLocation: 's3://exports/audit', sinkPauseRule: { failingForMs: 300_000 } });
    expect(config.sinks).toMatchObject([
      {
        name: 'soc',
        token: 'secret-token',
        start: 'beginning',
        settings: { ...soc, content: 'ocsf', max_records: 500 },
      },
      { name: 'lake', token: null, start: 'now', settings: { format: 'json_array', auth: 'bearer' } },
    ]);
  });

  it.each([
    ['{', 'PATCHBAY_AUDIT_SINKS_FILE: '],
    [{ sinks: { Soc: { url: 'https://soc.example' } } }, 'sinks'],
    [{ sinks: { soc: { url: 'soc' } } }, 'sinks.soc.url'],
    [{ sinks: { soc: { url: 'https://soc.example', token: 'in clear' } } }, 'sinks.soc'],
  ])('is not what cannot be understood: %j', (document, message) =>
    expect(() => readKeepingConfig(withSinks(document))).toThrow(message),
  );

  it.each([
    ['PATCHBAY_AUDIT_EXPORTS', 'file:///exports'],
    ['PATCHBAY_AUDIT_S3_ENDPOINT', 'ftp://x'],
    ['PATCHBAY_AUDIT_SINK_PAUSE_MINUTES', '-1'],
  ])('is nothing else than %s may be: %s', (name, value) =>
    expect(() => readKeepingConfig({ [name]: value })).toThrow(name),
  );
});
