import type { HookRequest } from './hook-request.ts';
import { valueAt } from './json-path.ts';
import type { Each, Place, Sample } from './scheme.ts';
import { type TemplatePart, templateOf } from './template.ts';

/** Where a draft's values go: the reverse of reading a template. */
type Target = Pick<TemplatePart, 'source' | 'argument'>;

/** A request that is still being made up, from a scheme's sample. */
export class DraftRequest {
  readonly #sample: Sample;
  readonly #url: string;
  readonly #jsonField: string | undefined;
  readonly #headers: Map<string, string>;
  #json: unknown;
  #form: URLSearchParams | null = null;
  /** Of a multipart form. */
  #boundary: string | null = null;
  readonly #query: URLSearchParams;
  /** A body in place of all that it was made of. */
  #token: string | null = null;

  /** `url`: of the source, without a query. */
  constructor(sample: Sample, url: string, jsonField: string | undefined) {
    this.#sample = sample;
    this.#url = url;
    this.#jsonField = jsonField;
    this.#headers = new Map(Object.entries(sample.headers));
    this.#json = structuredClone(sample.json);
    const type = this.#headers.get('content-type') ?? (sample.json === undefined ? undefined : 'application/json');
    if (type !== undefined) this.#headers.set('content-type', type);
    this.#query = new URLSearchParams(sample.query);
    this.#boundary = /^multipart\/form-data; boundary=(\w+)$/.exec(type ?? '')?.[1] ?? null;
    if (type === 'application/x-www-form-urlencoded' || this.#boundary !== null) {
      this.#form = new URLSearchParams(sample.body);
      if (sample.json !== undefined && jsonField === undefined) throw new Error('a form needs a field for its JSON');
    }
  }

  get request(): HookRequest {
    const query = this.#query.size === 0 ? '' : `?${this.#query}`;
    return { method: this.#sample.method, url: this.#url + query, headers: [...this.#headers], body: this.#body() };
  }

  /** Items that are signed one by one, each with its path; without such, the request itself. */
  itemsOf(each: Each | undefined): readonly (readonly [base: string, item: unknown])[] {
    if (each === undefined) return [['', undefined]];
    const found = valueAt(this.#json, each.list) as readonly unknown[];
    return found.map((_, index) => {
      const base = [each.list, index, each.item].filter((part) => part !== undefined && part !== '').join('.');
      return [base, valueAt(this.#json, base)];
    });
  }

  /** Puts a text where a place would be read from; `base` is the path of its item. Entries of one list are gathered. */
  put({ from, list, prefix = '' }: Place, text: string, base = ''): void {
    const [part, ...others] = templateOf(from);
    if (part === undefined || typeof part === 'string' || others.length > 0) {
      throw new Error(`a value cannot be put to ${from}`);
    }
    const entry = list?.pair === undefined ? prefix + text : `${list.name ?? ''}${list.pair}${prefix}${text}`;
    const before = list === undefined ? undefined : this.#get(part);
    const joined = before === undefined || before === '' ? entry : `${before}${list?.separator}${entry}`;
    this.#set(part, joined, base);
  }

  #get({ source, argument }: Target): string | undefined {
    if (source === 'header') return this.#headers.get(argument);
    if (source === 'form') return this.#form?.get(argument) ?? undefined;
    return undefined;
  }

  #set({ source, argument }: Target, text: string, base: string): void {
    if (source === 'header') this.#headers.set(argument, text);
    else if (source === 'basic') this.#headers.set('authorization', `Basic ${Buffer.from(text).toString('base64')}`);
    else if (source === 'form' && this.#form !== null) this.#form.set(argument, text);
    else if (source === 'body') this.#token = text;
    else if (source === 'query') this.#query.set(argument, text);
    else if (source === 'json') setAt(this.#json, argument, text);
    else if (source === 'item') setAt(this.#json, `${base}.${argument}`, text);
    else throw new Error(`a value cannot be put to ${source}`);
  }

  #body(): Buffer {
    const { body = '', json } = this.#sample;
    if (this.#token !== null) return Buffer.from(this.#token);
    if (this.#form === null) return Buffer.from(json === undefined ? body : JSON.stringify(this.#json));
    if (json !== undefined) this.#form.set(this.#jsonField ?? '', JSON.stringify(this.#json));
    return Buffer.from(this.#boundary === null ? this.#form.toString() : multipart(this.#form, this.#boundary));
  }
}

function setAt(value: unknown, path: string, text: string): void {
  const keys = path.split('.');
  const last = keys.pop() as string;
  let at = value as Record<string, unknown>;
  for (const key of keys) at = at[key] as Record<string, unknown>;
  at[last] = typeof at[last] === 'number' ? Number(text) : text;
}

function multipart(form: URLSearchParams, boundary: string): string {
  const parts = [...form].map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  return `${parts.join('')}--${boundary}--\r\n`;
}
