import { z } from 'zod';
import { parseTemplate } from './template.ts';

/**
 * Text with values of a request in it: `{timestamp}.{body}`. What may stand in braces is said in `template.ts`.
 * Checked when the document is read, so that a scheme with a slip in it serves nobody.
 */
const Template = z.string().superRefine((text, context) => {
  const problem = parseTemplate(text);
  if (typeof problem === 'string') context.addIssue({ code: 'custom', message: problem });
});

const HeaderName = z.string().regex(/^[a-z0-9-]+$/, { error: 'header names are written in lower case' });
const Hash = z.enum(['sha1', 'sha256', 'sha512']);
export type Hash = z.infer<typeof Hash>;
const Encoding = z.enum(['hex', 'base64', 'base64url']);
export type Encoding = z.infer<typeof Encoding>;

/** Where a signature or a time stands. Several signatures in one text are told apart by a `list`. */
const Place = z.strictObject({
  from: Template,
  /** The text is a list: `t=1,v1=ab,v1=cd` has `separator: ','`, `pair: '='`, `name: v1`. Without `pair`, every entry counts. */
  list: z
    .strictObject({
      separator: z.string().min(1),
      pair: z.string().min(1).optional(),
      name: z.string().min(1).optional(),
    })
    .optional(),
  /** What stands before the value, and must: `sha256=`. */
  prefix: z.string().min(1).optional(),
});
export type Place = z.infer<typeof Place>;

const Timestamp = Place.extend({
  unit: z.enum(['s', 'ms', 'rfc3339']),
  /** How far it may be from now, in the past and in the future. */
  tolerance_s: z.int().min(1).max(86_400),
});

/** How the text that an operator enters becomes key bytes. */
const SecretKey = z.strictObject({
  /** `sha1`: the SHA-1 of the text is the key. */
  encoding: z.enum(['utf8', 'hex', 'base64', 'sha1']),
  /** Taken off before it is decoded, where it is there. */
  prefix: z.string().min(1).optional(),
});
export type SecretKey = z.infer<typeof SecretKey>;

const PublicKey = z.strictObject({
  /** `raw`: the 32 bytes of an Ed25519 key. `spki`: DER of a SubjectPublicKeyInfo. `pem`: as it is. */
  format: z.enum(['raw_hex', 'raw_base64', 'spki_base64', 'pem']),
  prefix: z.string().min(1).optional(),
});
export type PublicKey = z.infer<typeof PublicKey>;

/** A certificate that the request names; only these hosts (and names below them, after `*.`) are asked for it. */
const Certificate = z.strictObject({ url: Template, hosts: z.array(z.string().min(1)).min(1) });

/** A digest of the body that the signed text holds in its place; both must agree. */
const BodyDigest = z.strictObject({ from: Template, hash: Hash, encoding: Encoding });

/** The body is a list of events, each proven by itself: `{item:…}` in the templates is one of them. All must verify. */
const Each = z.strictObject({ list: z.string(), item: z.string().optional() });
export type Each = z.infer<typeof Each>;

const signed = {
  /** What is signed. */
  signed: Template,
  signatures: z.array(Place.extend({ encoding: Encoding })).min(1),
  timestamp: Timestamp.optional(),
  body_digest: BodyDigest.optional(),
  /** Other spellings of the URL under which the vendor may have signed. */
  url: z
    .strictObject({
      /** Tries the URL with and without the port that its scheme implies. */
      with_and_without_port: z.boolean().default(false),
      /** Percent-encoded characters that the vendor may sign decoded. */
      decoded: z.string().optional(),
    })
    .optional(),
  each: Each.optional(),
};

/** When a variant is meant: the header is there, the content type begins so, or templates give certain texts. */
const When = z.strictObject({
  header: HeaderName.optional(),
  header_equals: z.strictObject({ name: HeaderName, value: z.string() }).optional(),
  content_type: z.string().optional(),
  equals: z.record(Template, z.string()).optional(),
});

const name = z
  .string()
  .regex(/^[a-z0-9_]+$/)
  .default('default');

const Verification = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('hmac'), name, when: When.optional(), hash: Hash, key: SecretKey, ...signed }),
  /** A plain hash of text with `{secret}` in it. */
  z.strictObject({ kind: z.literal('digest'), name, when: When.optional(), hash: Hash, ...signed }),
  z.strictObject({
    kind: z.enum(['ed25519', 'ecdsa', 'rsa']),
    name,
    when: When.optional(),
    hash: Hash.optional(),
    key: PublicKey.optional(),
    certificate: Certificate.optional(),
    ...signed,
  }),
  z.strictObject({
    kind: z.literal('jwt'),
    name,
    when: When.optional(),
    token: Place,
    algorithms: z.array(z.enum(['HS256', 'HS512', 'ES256', 'RS256'])).min(1),
    /** The secret is a shared key, a PEM public key, or a JWK (set) in JSON. */
    key: z.enum(['secret', 'pem', 'jwk']),
    issuer: z.string().optional(),
    /** The audience must be this. */
    audience: Template.optional(),
    /** Refused when `iat` is older, or when there is none. */
    max_age_s: z.int().min(1).optional(),
    /** A claim that holds a digest of the body. Without one, the body is not protected, unless it is the token. */
    body_claim: z.strictObject({ claim: z.string(), hash: Hash, encoding: Encoding }).optional(),
    /** The token is the whole body; events are read from this claim. */
    body_is_token: z.strictObject({ claim: z.string() }).optional(),
  }),
  /** A token that the vendor repeats: whoever sees one request can make others. */
  z.strictObject({ kind: z.literal('equality'), name, when: When.optional(), given: Place, each: Each.optional() }),
]);
export type Verification = z.infer<typeof Verification>;
export type SignedVerification = Extract<Verification, { signed: string }>;

const Answer = z.strictObject({
  status: z.int().min(200).max(299).default(200),
  content_type: z.enum(['text/plain', 'text/xml', 'application/json']).optional(),
  body: Template.optional(),
  json: z.record(z.string(), z.union([Template, z.int()])).optional(),
  headers: z.record(HeaderName, Template).optional(),
});
export type Answer = z.infer<typeof Answer>;

/** A request by which the vendor asks whether we are who we should be. It is answered and is no event. */
const Challenge = z.strictObject({
  name: z.string().regex(/^[a-z0-9_]+$/),
  when: z.strictObject({
    methods: z.array(z.enum(['GET', 'HEAD', 'POST'])).min(1),
    /** Templates that must give text, those that must not, those that must give a certain text, and those that must match. */
    present: z.array(Template).default([]),
    absent: z.array(Template).default([]),
    equals: z.record(z.string(), z.string()).default({}),
    /**
     * Regular expressions that are held against the whole text. Where the answer is made with the secret, what it is made
     * of must not be able to pass for a body: else whoever asks is given the signature of a forged event.
     */
    matches: z.record(Template, z.string().min(1)).default({}),
  }),
  /**
   * `signature`: only after the request's signature verified. `secret_is`: what the template gives must be the secret, or,
   * of `setting`, `is`, the setting, which then must be there.
   */
  requires: z.union([
    z.literal('signature'),
    z.literal('nothing'),
    z.strictObject({ secret_is: Template }),
    z.strictObject({ setting: z.string().min(1), is: Template }),
  ]),
  answer: Answer,
  /** The secret of the source from then on; only while it has none. */
  keeps_secret: Template.optional(),
  /** A URL to fetch, and the only hosts it may be at. */
  visit: Certificate.optional(),
});
export type Challenge = z.infer<typeof Challenge>;

const Sample = z.strictObject({
  name: z.string(),
  variant: z.string().optional(),
  method: z.enum(['POST', 'GET', 'HEAD']).default('POST'),
  /** Query of the URL, with its question mark. */
  query: z.string().default(''),
  headers: z.record(HeaderName, z.string()).default({}),
  /** The body as it goes over the wire; `json` is written without spaces. */
  body: z.string().optional(),
  json: z.json().optional(),
  event: z.strictObject({ id: z.string().nullable(), type: z.string() }).optional(),
});
export type Sample = z.infer<typeof Sample>;

/** What the vendor published: a request, the secret, and its signature. */
const Vector = z.strictObject({
  source: z.string(),
  variant: z.string().optional(),
  secret: z.string(),
  method: z.enum(['POST', 'GET']).default('POST'),
  url: z.url().default('https://hooks.example.com/hooks/source'),
  headers: z.record(HeaderName, z.string()),
  body: z.string().default(''),
  /** Unix seconds at which it is judged; default the time of the request, if it has one. */
  at: z.number().optional(),
});
export type Vector = z.infer<typeof Vector>;

export const WebhookScheme = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9_]{1,39}$/),
  name: z.string().min(1),
  docs: z.url(),
  source: z.string().min(1),
  verified_at: z.iso.date(),
  notes: z.string().optional(),
  /** Integrations of the catalogue that send it. */
  integrations: z.array(z.string()).default([]),
  /** Form field, plain or multipart, in which JSON comes when the body is a form. */
  json_field: z.string().optional(),
  secret: z.strictObject({
    /** What the vendor's pages call it, for whoever has to find it. */
    label: z.string().min(1),
    /**
     * Where it comes from: the vendor shows it, the operator chooses it, or the handshake brings it. `certificate`: there
     * is none, requests name the vendor's certificate; what ties them to the source is a setting.
     */
    given_by: z.enum(['vendor', 'operator', 'handshake', 'certificate']),
  }),
  /** Other values that templates name as `{setting:…}`, such as PayPal's webhook id. */
  settings: z.record(z.string().regex(/^[a-z_]+$/), z.string()).default({}),
  verify: z.array(Verification).min(1),
  event: z.strictObject({
    /** What names an event; several parts are joined. Null: the vendor gives none, the body's digest stands in. */
    id: Template.nullable(),
    /** Whether the id is among what is signed. Else it can be changed in a captured request, and the body counts too. */
    id_signed: z.boolean(),
    type: Template,
    /** The body is a list of events, or has one under this path. */
    list: z.string().optional(),
  }),
  dedup: z
    .strictObject({
      /** Hours in which a second one is the same event; at least the vendor's retry horizon. */
      window_h: z.int().min(72).max(720).default(72),
      /** Whether the digest of the signed text must not come twice under different ids. Off where vendors send equal bodies. */
      replay_guard: z.boolean().default(true),
      /** Retries change the body, so its digest is no part of the key. */
      body_changes: z.boolean().default(false),
      /**
       * Where an event has no id, an equal body is another event, as with notices that something changed. Only what is
       * signed, where the replay guard is on, then tells a duplicate.
       */
      repeats: z.boolean().default(false),
    })
    .prefault({}),
  challenges: z.array(Challenge).default([]),
  answer: Answer.prefault({}),
  /** Milliseconds after which the vendor gives up waiting, where it says so. */
  ack_within_ms: z.int().min(500).optional(),
  samples: z.array(Sample).min(1),
  vectors: z.array(Vector).default([]),
});
export type WebhookScheme = z.infer<typeof WebhookScheme>;
