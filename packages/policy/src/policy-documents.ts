import { PolicyDocument, platformScope } from '@patchbay/contracts';
import { documentsInForce } from './documents-in-force.ts';
import { readDocument } from './read-policies.ts';

/** Why a version is not followed. */
export type Mistake = (problem: { readonly key: string; readonly message: string }) => void;

/** `<scope>.<name>.<version>` */
export function policyKey({ scope, name, version }: Pick<PolicyDocument, 'scope' | 'name' | 'version'>): string {
  return `${scope}.${name}.${version}`;
}

/** The stored versions of all documents, in memory. A version that cannot be used never takes the place of one that can. */
export class PolicyDocuments {
  readonly #mistake: Mistake;
  readonly #versions = new Map<string, PolicyDocument[]>();
  /** Documents of which no version can be used, by scope. */
  readonly #unusable = new Map<string, Set<string>>();

  constructor(mistake: Mistake) {
    this.#mistake = mistake;
  }

  /** Takes a stored version in; returns its scope, or null when nothing changed. Text null: the version was pruned. */
  apply(key: string, text: string | null): string | null {
    const [scope = '', name = '', version = ''] = key.split('.');
    const place = `${scope}.${name}`;
    const held = this.#versions.get(place) ?? [];
    if (text === null) {
      this.#versions.set(
        place,
        held.filter((document) => document.version !== Number(version)),
      );
      return null;
    }
    if (held.some((document) => document.version >= Number(version))) return null;
    const document = documentOf(text);
    const message = document === null ? 'is no document of policies' : faultOf(document, key);
    if (document === null || message !== null) {
      this.#mistake({ key, message: message ?? '' });
      if (held.length > 0) return null;
      this.#unusable.set(scope, (this.#unusable.get(scope) ?? new Set()).add(name));
      return scope;
    }
    this.#unusable.get(scope)?.delete(name);
    this.#versions.set(place, [document, ...held]);
    return scope;
  }

  /** Whether a document of the scope, or of the platform, cannot be used at all: what it forbids is not known. */
  isUnusable(scope: string): boolean {
    return [scope, platformScope].some((one) => (this.#unusable.get(one)?.size ?? 0) > 0);
  }

  /** With `draft`, as if that were its newest version. */
  inForce(scope: string, draft?: PolicyDocument): PolicyDocument[] {
    const concerned = [...this.#versions.values()].flatMap(([newest]) =>
      newest !== undefined && (newest.scope === scope || newest.scope === platformScope) ? [newest] : [],
    );
    if (draft === undefined) return documentsInForce(concerned, scope);
    const others = concerned.filter((document) => document.scope !== draft.scope || document.name !== draft.name);
    return documentsInForce([...others, draft], scope);
  }

  /** Newest first. */
  versions(scope: string, name: string): readonly PolicyDocument[] {
    return this.#versions.get(`${scope}.${name}`) ?? [];
  }
}

function documentOf(text: string): PolicyDocument | null {
  try {
    return PolicyDocument.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

function faultOf(document: PolicyDocument, key: string): string | null {
  if (policyKey(document) !== key) return 'says that it is another';
  if (document.text === null) return null;
  return readDocument(document).issues[0]?.message ?? null;
}
