import type { StoredChoice } from '@patchbay/contracts';

/** What one scope says about integrations. Reads are map lookups. */
export class ScopeChoices {
  readonly #byIntegration = new Map<string, StoredChoice>();
  #forAll: StoredChoice | null = null;

  get isEmpty(): boolean {
    return this.#forAll === null && this.#byIntegration.size === 0;
  }

  /** Null, or one that says nothing: the scope says nothing of it any more. */
  put(integration: string | null, choice: StoredChoice | null): void {
    const said = choice?.installed === undefined && choice?.pin === undefined ? null : choice;
    if (integration === null) this.#forAll = said;
    else if (said === null) this.#byIntegration.delete(integration);
    else this.#byIntegration.set(integration, said);
  }

  of(integration: string): StoredChoice | undefined {
    return this.#byIntegration.get(integration);
  }

  /** Of integrations that it says nothing else about. */
  get installedByDefault(): boolean | undefined {
    return this.#forAll?.installed;
  }

  pinOf(integration: string): string | undefined {
    return this.#byIntegration.get(integration)?.pin;
  }

  /** What it says of the integration itself, else of all; undefined: nothing. */
  installs(integration: string): boolean | undefined {
    return this.#byIntegration.get(integration)?.installed ?? this.#forAll?.installed;
  }

  all(): StoredChoice[] {
    return [...(this.#forAll === null ? [] : [this.#forAll]), ...this.#byIntegration.values()];
  }
}
