import { createPublicKey } from 'node:crypto';
import { GetPublicKeyCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import type { SigningKey } from '@patchbay/audit-log/proofs';

export interface AwsKmsSigningOptions {
  /** Id, ARN or alias of an asymmetric key of spec ECC_NIST_EDWARDS25519 for signing. */
  readonly keyId: string;
  /** Another endpoint than the Region's own, such as a VPC endpoint. */
  readonly endpoint: string | null;
}

const timeoutMs = 5_000;

/**
 * An Ed25519 key that never leaves AWS KMS. Region and credentials come from the usual AWS sources. The key is asked for once, at
 * the start: a checkpoint that another key signed would not be believed.
 * Source: AWS KMS API reference, `Sign` with `ED25519_SHA_512`, which is RFC 8032's Ed25519 and takes the message itself.
 * @throws Error when KMS does not answer, or the key is of another kind.
 */
export async function openAwsKmsSigningKey({
  keyId,
  endpoint,
}: AwsKmsSigningOptions): Promise<SigningKey & { close(): void }> {
  const client = new KMSClient({ maxAttempts: 3, ...(endpoint !== null && { endpoint }) });
  const within = () => ({ abortSignal: AbortSignal.timeout(timeoutMs) });
  try {
    const { PublicKey } = await client.send(new GetPublicKeyCommand({ KeyId: keyId }), within());
    if (PublicKey === undefined) throw new Error('AWS KMS answered without a public key.');
    const { crv, x } = createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' }).export({
      format: 'jwk',
    });
    if (crv !== 'Ed25519' || x === undefined) throw new Error('The key in AWS KMS is not an Ed25519 key.');
    return {
      publicKey: Buffer.from(x, 'base64url'),
      async sign(message) {
        const command = new SignCommand({
          KeyId: keyId,
          Message: message,
          MessageType: 'RAW',
          SigningAlgorithm: 'ED25519_SHA_512',
        });
        const { Signature } = await client.send(command, within());
        if (Signature === undefined) throw new Error('AWS KMS answered without a signature.');
        return Signature;
      },
      close: () => client.destroy(),
    };
  } catch (error) {
    client.destroy();
    throw error;
  }
}
