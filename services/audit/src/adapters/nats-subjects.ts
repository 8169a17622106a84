import {
  type EraseHeldWebhooksResult,
  type HeldRecord,
  LentSubjectKey,
  type ListHeldWebhooksResult,
  PatchbayError,
  routes,
} from '@patchbay/contracts';
import { createSealingKeys, type Messaging } from '@patchbay/messaging';
import type { HeldElsewhere, HeldWebhooks, SubjectVault } from '../operations/subjects/ports.ts';

/** Persons at the vault. Keys are asked for each time, sealed to this process, and not held. */
export function createNatsSubjectVault(messaging: Pick<Messaging, 'request'>): SubjectVault {
  const sealing = createSealingKeys();
  return {
    find: (tenant, subject) => messaging.request(routes.findSubject, {}, { tenant, subject }),
    destroy: (tenant, subject) => messaging.request(routes.destroySubject, {}, { tenant, subject }),
    async dataKey(tenant, subject) {
      try {
        const request = { tenant, subject, public_key: sealing.publicKey };
        const answer = await messaging.request(routes.lendSubjectKey, { caller: 'audit' }, request);
        const clear = Buffer.from(sealing.open(Buffer.from(answer.sealed, 'base64'), answer.public_key));
        const lent = LentSubjectKey.parse(JSON.parse(clear.toString('utf8')));
        clear.fill(0);
        if (lent.tenant !== tenant || lent.subject !== subject)
          throw new PatchbayError('vault_unavailable', { message: "The vault answered with another person's key." });
        return { id: lent.key, key: Buffer.from(lent.data_key, 'base64') };
      } catch (error) {
        if (error instanceof PatchbayError && error.code === 'not_found') return null;
        throw error;
      }
    },
  };
}

/** What the delivery of webhooks keeps of a person, part by part. */
export function createNatsHeldWebhooks(messaging: Pick<Messaging, 'request'>): HeldWebhooks {
  return {
    async list(tenant, subject) {
      const held: HeldRecord[] = [];
      for (let after: number | null = 0; after !== null; ) {
        const part: ListHeldWebhooksResult = await messaging.request(
          routes.listHeldWebhooks,
          {},
          { tenant, subject, after },
        );
        held.push(...part.held);
        after = part.next;
      }
      return held;
    },
    async erase(tenant, subject) {
      const erased: { where: string; records: number }[] = [];
      for (let after: number | null = 0; after !== null; ) {
        const part: EraseHeldWebhooksResult = await messaging.request(
          routes.eraseHeldWebhooks,
          {},
          { tenant, subject, after },
        );
        erased.push(...part.erased);
        after = part.next;
      }
      return erased;
    },
  };
}

/** What executors keep of a person; any of them answers for all, as it lies in buckets. */
export function createNatsHeldElsewhere(messaging: Pick<Messaging, 'request'>): HeldElsewhere {
  return {
    async list(tenant, subject, executions) {
      return (await messaging.request(routes.listHeld, {}, { tenant, subject, executions: [...executions] })).held;
    },
    async erase(tenant, subject, executions) {
      return (await messaging.request(routes.eraseHeld, {}, { tenant, subject, executions: [...executions] })).erased;
    },
  };
}
