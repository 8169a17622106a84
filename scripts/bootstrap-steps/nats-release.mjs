import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lastLines, run } from './run.mjs';

/** The release fetched where the machine has no nats-server. A new version means new checksums. */
const version = '2.14.5';
const checksums = {
  'linux-amd64': '5e3b603d47c447bda1f77f9ac16dbf91c90aac4ff3681f8fbbc7201e4ed99355',
  'linux-arm64': '673a98d3faa79dde3f9ebf16d6dfac36a5f694e7ad2015e4954dd7939c85cd4c',
};

/**
 * Downloads the official nats-server release to `<into>/nats-server`, if its SHA-256 is the pinned one.
 * @returns {Promise<string | null>} null, or what went wrong.
 */
export async function downloadNatsRelease(
  into,
  platform = `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`,
) {
  const checksum = checksums[platform];
  if (checksum === undefined) return `no release of nats-server is pinned for ${platform}`;
  const name = `nats-server-v${version}-${platform}`;
  const url = `https://github.com/nats-io/nats-server/releases/download/v${version}/${name}.tar.gz`;
  let archive;
  try {
    archive = await download(url, { connectMs: 5_000, totalMs: 180_000 });
  } catch (error) {
    return `${url} cannot be downloaded (${error.cause?.code ?? error.message})`;
  }
  const found = createHash('sha256').update(archive).digest('hex');
  if (found !== checksum) return `${url} is not the pinned file: its SHA-256 is ${found}`;
  mkdirSync(into, { recursive: true });
  const file = join(into, 'release.tar.gz');
  writeFileSync(file, archive);
  const { status, output } = await run('tar', [
    '-xzf',
    file,
    '-C',
    into,
    '--strip-components=1',
    `${name}/nats-server`,
  ]);
  return status === 0 ? null : `tar could not unpack ${url}:\n${lastLines(output, 3)}`;
}

/** A machine that cannot reach the address must move on soon; one on a slow line must still get the file. */
async function download(url, { connectMs, totalMs }) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(new Error(`no answer within ${connectMs} ms`)), connectMs);
  const response = await fetch(url, { signal: AbortSignal.any([abort.signal, AbortSignal.timeout(totalMs)]) });
  clearTimeout(timer);
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}
