import { type HookRequest, headerOf, Refusal } from './hook-request.ts';
import { readJson } from './read-json.ts';

type FormField = readonly [name: string, value: string];

/** Form fields of one request; no vendor sends a tenth of it. */
const maxFields = 1_000;

/** A request with what can be read out of its body, read when asked for and once. */
export class RequestView {
  readonly request: HookRequest;
  readonly #jsonField: string | undefined;
  readonly #multipart: readonly FormField[] | null;
  #json: { readonly value: unknown } | null = null;
  #form: readonly FormField[] | null = null;

  private constructor(request: HookRequest, jsonField: string | undefined, multipart: readonly FormField[] | null) {
    this.request = request;
    this.#jsonField = jsonField;
    this.#multipart = multipart;
  }

  /** `jsonField`: the form field that holds JSON where the body is a form. @throws Refusal for a multipart body that is none. */
  static async of(request: HookRequest, jsonField?: string): Promise<RequestView> {
    const type = mediaType(request);
    return new RequestView(request, jsonField, type === 'multipart/form-data' ? await readMultipart(request) : null);
  }

  /** The body's JSON, or that in the form's field. @throws Refusal `body_unreadable`. */
  get json(): unknown {
    this.#json ??= { value: this.#readJson() };
    return this.#json.value;
  }

  /** Another JSON in its place: that of a token that is the body. */
  set json(value: unknown) {
    this.#json = { value };
  }

  /** @throws Refusal `body_unreadable` when the body is no form. */
  get form(): readonly FormField[] {
    this.#form ??= this.#multipart ?? readForm(this.request);
    return this.#form;
  }

  get query(): readonly FormField[] {
    return [...new URL(this.request.url).searchParams];
  }

  #readJson(): unknown {
    if (this.#jsonField === undefined || !isForm(this.request)) return readJson(this.request.body);
    const text = only(this.form, this.#jsonField);
    if (text === null) throw new Refusal('body_unreadable', `The form has no field '${this.#jsonField}'.`);
    return readJson(new TextEncoder().encode(text));
  }
}

/** The one value of a name; null when there is none. @throws Refusal `value_ambiguous` when there are several. */
export function only(fields: readonly FormField[], name: string): string | null {
  const values = fields.filter(([given]) => given === name);
  if (values.length > 1) throw new Refusal('value_ambiguous', `'${name}' is there ${values.length} times.`);
  return values[0]?.[1] ?? null;
}

function mediaType(request: HookRequest): string {
  return (headerOf(request, 'content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

function isForm(request: HookRequest): boolean {
  return ['application/x-www-form-urlencoded', 'multipart/form-data'].includes(mediaType(request));
}

function readForm(request: HookRequest): readonly FormField[] {
  if (!isForm(request)) throw new Refusal('body_unreadable', 'The body is not a form.');
  return bounded([...new URLSearchParams(Buffer.from(request.body).toString('utf8'))]);
}

async function readMultipart(request: HookRequest): Promise<readonly FormField[]> {
  const type = headerOf(request, 'content-type') ?? '';
  try {
    const form = await new Response(Buffer.from(request.body), { headers: { 'content-type': type } }).formData();
    return bounded([...form].filter((field): field is [string, string] => typeof field[1] === 'string'));
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal('body_unreadable', 'The body is not the multipart form that it says it is.');
  }
}

function bounded(fields: readonly FormField[]): readonly FormField[] {
  if (fields.length > maxFields) throw new Refusal('body_unreadable', `The form has more than ${maxFields} fields.`);
  return fields;
}
