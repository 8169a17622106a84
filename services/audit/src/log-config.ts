import { fileURLToPath } from 'node:url';
import { readSigningKey, type SigningKey } from '@patchbay/audit-log/proofs';
import { ConfigError, parseConfig, readList, readSecretFile } from '@patchbay/service-kit';
import { z } from 'zod';

/** Who signs checkpoints, and where they are kept. */
export interface LogConfig {
  readonly signer:
    | { readonly kind: 'file'; readonly key: SigningKey }
    | { readonly kind: 'aws-kms'; readonly keyId: string; readonly endpoint: string | null };
  /** Outside of the database; null: nowhere, in development. */
  readonly archive:
    | { readonly kind: 'directory'; readonly path: string }
    | { readonly kind: 's3'; readonly bucket: string; readonly prefix: string; readonly endpoint: string | null }
    | null;
  readonly witnesses: readonly string[];
  /** The installation's id in the origins of logs; null: the database's own. */
  readonly installation: string | null;
  /** A checkpoint follows what is new after so many milliseconds, or so many events. */
  readonly everyMs: number;
  readonly everyEvents: number;
}

const variables = z.object({
  PATCHBAY_AUDIT_CHECKPOINT_KEY_FILE: z.string().min(1).optional(),
  /** Id, ARN or alias of an Ed25519 key for signing. Region and credentials come from the usual AWS sources. */
  PATCHBAY_AUDIT_CHECKPOINT_KMS_KEY_ID: z.string().min(1).max(2_048).optional(),
  PATCHBAY_AUDIT_CHECKPOINT_KMS_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  PATCHBAY_AUDIT_CHECKPOINTS: z.string().min(1).optional(),
  PATCHBAY_AUDIT_S3_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  PATCHBAY_AUDIT_WITNESSES: z.string().default(''),
  PATCHBAY_AUDIT_INSTALLATION: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, { error: 'expected letters, digits, dots, hyphens, underscores' })
    .optional(),
});

/** @throws ConfigError naming the variable or file that is missing or wrong. */
export function readLogConfig(
  env: Readonly<Record<string, string | undefined>>,
  mode: 'development' | 'production',
): LogConfig {
  const values = parseConfig(variables, env);
  const archive = readArchive(values.PATCHBAY_AUDIT_CHECKPOINTS, values.PATCHBAY_AUDIT_S3_ENDPOINT ?? null);
  if (archive === null && mode === 'production')
    throw new ConfigError(
      'PATCHBAY_AUDIT_CHECKPOINTS is missing: what the database says of its own history proves nothing. Name a directory or a bucket.',
    );
  return {
    signer: readSigner(
      values.PATCHBAY_AUDIT_CHECKPOINT_KEY_FILE,
      values.PATCHBAY_AUDIT_CHECKPOINT_KMS_KEY_ID,
      values.PATCHBAY_AUDIT_CHECKPOINT_KMS_ENDPOINT ?? null,
    ),
    archive,
    witnesses: readList(values.PATCHBAY_AUDIT_WITNESSES).map((url) => {
      if (!/^https?:\/\/./.test(url) || !URL.canParse(url))
        throw new ConfigError(`PATCHBAY_AUDIT_WITNESSES: '${url}' is no http or https address.`);
      return url;
    }),
    installation: values.PATCHBAY_AUDIT_INSTALLATION ?? null,
    everyMs: 60_000,
    everyEvents: 1_000,
  };
}

function readSigner(file: string | undefined, keyId: string | undefined, endpoint: string | null): LogConfig['signer'] {
  if ((file === undefined) === (keyId === undefined))
    throw new ConfigError(
      'Set exactly one of PATCHBAY_AUDIT_CHECKPOINT_KEY_FILE and PATCHBAY_AUDIT_CHECKPOINT_KMS_KEY_ID.',
    );
  if (keyId !== undefined) return { kind: 'aws-kms', keyId, endpoint };
  try {
    return { kind: 'file', key: readSigningKey(readSecretFile(file as string)) };
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError('PATCHBAY_AUDIT_CHECKPOINT_KEY_FILE: expected an Ed25519 private key in PEM (PKCS #8).');
  }
}

function readArchive(place: string | undefined, endpoint: string | null): LogConfig['archive'] {
  if (place === undefined) return null;
  const [, bucket, prefix = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([^?#]*?))?\/*$/.exec(place) ?? [];
  if (bucket !== undefined) return { kind: 's3', bucket, prefix, endpoint };
  if (!place.startsWith('file:///') || !URL.canParse(place))
    throw new ConfigError('PATCHBAY_AUDIT_CHECKPOINTS: expected file:///directory or s3://bucket/prefix.');
  return { kind: 'directory', path: fileURLToPath(place) };
}
