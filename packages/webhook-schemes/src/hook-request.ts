/** A request as it came to a webhook source: nothing in it is decoded, folded or put right. */
export interface HookRequest {
  /** In capitals. */
  readonly method: string;
  /** The public URL under which the vendor sent it, query included; from the source's configuration, never from `Host`. */
  readonly url: string;
  /** In the order they came, names in any case, repeated ones repeated. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

/** The one value of a header; null when there is none. @throws Refusal when there are several: one of them is not the vendor's. */
export function headerOf(request: HookRequest, name: string): string | null {
  const values = byNameOf(request).get(name);
  if (values === undefined) return null;
  if (values.length > 1) throw new Refusal('repeated_header', `The header ${name} is there ${values.length} times.`);
  return values[0] ?? null;
}

const named = new WeakMap<HookRequest, ReadonlyMap<string, readonly string[]>>();

/** The headers of a request by their names in lower case: schemes ask for a dozen of them. */
function byNameOf(request: HookRequest): ReadonlyMap<string, readonly string[]> {
  const known = named.get(request);
  if (known !== undefined) return known;
  const byName = new Map<string, string[]>();
  for (const [given, value] of request.headers) {
    const name = given.toLowerCase();
    const values = byName.get(name);
    if (values === undefined) byName.set(name, [value]);
    else values.push(value);
  }
  named.set(request, byName);
  return byName;
}

/** Why a request is not what its source's vendor sent. A closed list: dashboards and tests count by it. */
export type RefusalReason =
  | 'no_secret'
  | 'no_variant'
  | 'repeated_header'
  | 'body_unreadable'
  | 'value_missing'
  | 'value_ambiguous'
  | 'signature_missing'
  | 'signature_malformed'
  | 'signature_wrong'
  | 'timestamp_missing'
  | 'timestamp_malformed'
  | 'timestamp_too_old'
  | 'timestamp_in_future'
  | 'digest_wrong'
  | 'key_unusable'
  | 'key_not_fetched'
  | 'token_invalid'
  | 'token_expired';

/** Ends a verification. The message is for a developer and holds no secret. */
export class Refusal extends Error {
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, message: string) {
    super(message);
    this.name = 'Refusal';
    this.reason = reason;
  }
}
