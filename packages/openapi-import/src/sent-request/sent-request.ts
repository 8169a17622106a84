/** One request as a collection or a command has it, before it is taken for an operation. */
export interface SentRequest {
  readonly name: string | undefined;
  readonly description: string | undefined;
  /** In capitals. */
  readonly method: string;
  /** Absolute; `{name}` and `{{name}}` stand for values. */
  readonly url: string;
  /** Further query, as written behind `?`. */
  readonly query: string;
  readonly headers: readonly (readonly [string, string])[];
  /** Text; empty where it is not known. `null`: none. */
  readonly body: string | null;
  /** Fields of a multipart form; a `null` value is a file. */
  readonly form: readonly {
    readonly name: string;
    readonly value: string | null;
    readonly description?: string | undefined;
  }[];
  /** Credentials that were left behind, in words. */
  readonly credentials: readonly string[];
  /** How the credential was shown, where that is said apart from headers and query. */
  readonly auth: SentAuth | undefined;
  readonly answers: readonly { readonly status: number; readonly body: string }[];
  /** Words for query parameters and the like, by name. */
  readonly words?: ReadonlyMap<string, string>;
}

export type SentAuth = 'basic' | 'bearer' | 'oauth2' | { readonly in: 'header' | 'query'; readonly name: string };
