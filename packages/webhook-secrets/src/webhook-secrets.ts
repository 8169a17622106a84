import {
  type ErrorCode,
  events,
  type KeepSecretRequest,
  LentSecret,
  PatchbayError,
  routes,
  type WebhookSecretValue,
} from '@patchbay/contracts';
import { createSealingKeys, type Messaging, type SealingKeys } from '@patchbay/messaging';
import { type Lent, LentSecrets } from './lent-secrets.ts';

export interface WebhookSecretsOptions {
  readonly messaging: Messaging;
  /** The service that this process is of: the ingress has secrets of sources, the delivery of subscriptions, audit of sinks. */
  readonly service: 'webhook-ingress' | 'webhook-delivery' | 'audit';
}

/** Whose secrets: a source (`src_…`), a subscription (`sub_…`) or a sink of the audit log (`snk_…`) of the tenant. */
export interface SecretOwnerName {
  readonly tenant: string;
  readonly owner: string;
}

/**
 * The secrets of a service's sources or subscriptions, which the vault keeps. Every method throws PatchbayError
 * `vault_unavailable` when the vault does not answer, and what it answers: see the routes in contracts.
 */
export interface WebhookSecrets {
  /** Keeps a value under a secret id (`sec_…`). May be repeated. */
  keep(name: SecretOwnerName & { readonly id: string; readonly value: string }): Promise<void>;
  /** Keeps one that somebody else has sealed to the vault's key: its value is not seen here. */
  keepSealed(request: KeepSecretRequest): Promise<void>;
  /**
   * The owner's secrets, values by id. Held for at most 60 s from when the vault was asked, and forgotten at once when it
   * says that they were dropped. While the vault is away, those held are good until their end.
   * @param wanted ids that the caller knows of. When one of them is not held, the vault is asked; it may have none by that id.
   */
  of(name: SecretOwnerName, wanted?: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Destroys one, or all of the owner. @returns how many there were. */
  drop(name: SecretOwnerName & { readonly id?: string }): Promise<number>;
  /** Forgets everything. */
  close(): void;
}

/** What a request fails with when no answer came. Nothing was sent to anybody else, whatever became of the question. */
const noAnswer: ReadonlySet<ErrorCode> = new Set(['deadline_exceeded', 'outcome_unknown']);

const keyOf = ({ tenant, owner }: SecretOwnerName) => `${tenant} ${owner}`;

/** Opens them with a curve key of this process's own: what is lent to it, no other can read. */
export function openWebhookSecrets({ messaging, service }: WebhookSecretsOptions): WebhookSecrets {
  const keys = createSealingKeys();
  const lent = new LentSecrets();
  const subject = { caller: service };
  const dropped = messaging.subscribeEvent(events.secretsDropped, {}, ({ tenant, owner }) =>
    lent.forgetWhere(
      owner === undefined ? (key) => key.startsWith(`${tenant} `) : (key) => key === keyOf({ tenant, owner }),
    ),
  );

  async function ask({ tenant, owner }: SecretOwnerName): Promise<Lent> {
    const request = { tenant, owner, public_key: keys.publicKey };
    const answer = await answered(messaging.request(routes.lendSecrets, subject, request));
    return new Map(
      answer.secrets.map(({ secret_id: id, sealed }) => {
        const secret = open(keys, sealed, answer.public_key);
        if (secret.tenant !== tenant || secret.owner !== owner || secret.secret_id !== id)
          throw new PatchbayError('vault_unavailable', {
            message: 'The vault answered with a secret of something else.',
          });
        return [id, secret.value];
      }),
    );
  }

  async function keepSealed(request: KeepSecretRequest): Promise<void> {
    await answered(messaging.request(routes.keepSecret, subject, request));
  }

  return {
    keepSealed,
    async keep({ tenant, owner, id, value }) {
      const { public_key: vaultKey } = await answered(messaging.request(routes.getVaultKey, {}, {}));
      const clear = Buffer.from(JSON.stringify({ value } satisfies WebhookSecretValue));
      const sealed = Buffer.from(keys.seal(clear, vaultKey)).toString('base64');
      clear.fill(0);
      await keepSealed({ tenant, owner, secret_id: id, sealed, public_key: keys.publicKey });
    },
    of: (name, wanted = []) => lent.get(keyOf(name), wanted, () => ask(name)),
    async drop({ tenant, owner, id }) {
      const request = { tenant, owner, ...(id !== undefined && { secret_id: id }) };
      return (await answered(messaging.request(routes.dropSecrets, subject, request))).dropped;
    },
    close() {
      dropped.unsubscribe();
      lent.forgetWhere(() => true);
    },
  };
}

/** The vault's answer. @throws PatchbayError `vault_unavailable` when there was none. */
async function answered<Answer>(asked: Promise<Answer>): Promise<Answer> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof PatchbayError && noAnswer.has(error.code))
      throw new PatchbayError('vault_unavailable', { cause: error });
    throw error;
  }
}

function open(keys: SealingKeys, sealed: string, sender: string): LentSecret {
  try {
    const clear = Buffer.from(keys.open(Buffer.from(sealed, 'base64'), sender));
    return LentSecret.parse(JSON.parse(clear.toString('utf8')));
  } catch {
    // The cause could quote what was inside.
    throw new PatchbayError('vault_unavailable', { message: "The vault's secret could not be opened." });
  }
}
