import { randomBytes } from 'node:crypto';
import type { WebhookList, WebhookRegister } from '@patchbay/contracts';
import { type Answer, jsonAnswer } from '../answer/answer.ts';
import { stepsOfPath, valueAt } from '../answer/value-at.ts';
import type { Judgement } from '../check/judge.ts';
import type { RegisteredWebhook } from '../types.ts';

/** The webhooks that were registered, as a vendor keeps them: it makes their ids, and their secrets where that is its part. */
export class WebhookMemory {
  #webhooks: RegisteredWebhook[] = [];
  #made = 0;

  list(): readonly RegisteredWebhook[] {
    return this.#webhooks;
  }

  clear(): void {
    this.#webhooks = [];
  }

  /** The true answer before any effect: null where the example is it. */
  look(judgement: Judgement, example: Answer): Answer | null {
    const { webhook, integration } = judgement.target;
    if (webhook?.call === 'list') return this.#listed(integration, webhook.webhooks.list as WebhookList, example);
    if (webhook?.call !== 'remove' || this.#named(judgement) !== undefined) return null;
    return jsonAnswer(404, { error: { code: 'not_found', message: 'there is no such webhook' } });
  }

  /** Registers or removes: null where the judgement is about neither. */
  perform(judgement: Judgement, example: Answer): Answer | null {
    const { webhook, integration } = judgement.target;
    if (webhook?.call === 'remove') {
      const removed = this.#named(judgement);
      this.#webhooks = this.#webhooks.filter((kept) => kept !== removed);
      return example;
    }
    if (webhook?.call !== 'register') return null;
    const value = (what: string) => judgement.values[webhook.argumentOf(what) ?? ''];
    const { id: idAt, secret: secretAt } = (webhook.webhooks.register as WebhookRegister).response;
    const body = structuredClone(example.json);
    const shown = valueAt(body, stepsOfPath(idAt));
    const id = typeof shown === 'number' ? shown + ++this.#made : `${shown}-${++this.#made}`;
    write(body, idAt, id);
    const secret = secretAt === undefined ? value('webhook.secret') : `whsec_${randomBytes(24).toString('base64url')}`;
    if (secretAt !== undefined) write(body, secretAt, secret);
    this.#webhooks.push({
      integration,
      id: String(id),
      url: String(value('webhook.url')),
      secret: typeof secret === 'string' ? secret : null,
      events: value('webhook.events') ?? null,
    });
    return jsonAnswer(example.status, body, example.headers);
  }

  #named({ target, values }: Judgement): RegisteredWebhook | undefined {
    const id = values[target.webhook?.argumentOf('webhook.id') ?? ''];
    return this.#webhooks.find((kept) => kept.integration === target.integration && kept.id === String(id));
  }

  #listed(integration: string, { response }: WebhookList, example: Answer): Answer {
    const body = structuredClone(example.json);
    const items = response.items === undefined ? body : valueAt(body, stepsOfPath(response.items));
    if (!Array.isArray(items)) return example;
    const [shown = {}] = items;
    const all = this.#webhooks
      .filter((kept) => kept.integration === integration)
      .map(({ id, url }) => {
        const item = structuredClone(shown);
        write(item, response.id, typeof valueAt(shown, stepsOfPath(response.id)) === 'number' ? Number(id) : id);
        write(item, response.url, url);
        return item;
      });
    items.splice(0, items.length, ...all);
    return jsonAnswer(example.status, body, example.headers);
  }
}

/** Puts a value where an example has one; what it has not is made. */
function write(body: unknown, path: string, value: unknown): void {
  const steps = stepsOfPath(path);
  const last = steps.pop() as string;
  let node = body as Record<string, unknown>;
  for (const step of steps) {
    node[step] ??= {};
    node = node[step] as Record<string, unknown>;
  }
  node[last] = value;
}
