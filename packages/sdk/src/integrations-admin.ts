import {
  type DeprecateRequest,
  type DeprecateResult,
  type DiffRequest,
  type DiffResult,
  type FolderStateResult,
  type InstallResult,
  type PinResult,
  routes,
  type StoredChoice,
} from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';

/** Whom a choice concerns: a tenant, by its id; every tenant when it is left out. */
export interface Scoped {
  readonly scope?: string;
}

/** What an operator decides about integrations: which version calls mean, who sees them, what should be used no more. */
export interface IntegrationsAdmin {
  /** From now on calls that name no version mean this one. @throws PatchbayError `tool_not_found` when it is not in use. */
  pin(integration: string, version: string, options?: Scoped): Promise<PinResult>;
  /** The latest again. */
  unpin(integration: string, options?: Scoped): Promise<PinResult>;
  /** Pins the version before the one that is served now. @throws PatchbayError `tool_not_found` when there is none. */
  rollBack(integration: string, options?: Scoped): Promise<PinResult>;
  install(integration: string, options?: Scoped): Promise<InstallResult>;
  /** Its tools are neither listed, found, described nor carried out from now on. */
  uninstall(integration: string, options?: Scoped): Promise<InstallResult>;
  /** Takes back what was said of an integration, or by `setDefault` when none is named. */
  forget(integration: string | null, options?: Scoped): Promise<InstallResult>;
  /** Whether integrations of the platform that nobody says more of are installed. */
  setDefault(installed: boolean, options?: Scoped): Promise<InstallResult>;
  /** Everything that was said for a tenant, or for all. */
  choices(options?: Scoped): Promise<StoredChoice[]>;
  /** Says that a version, or all in use, should be used no more, and what instead. They still answer. */
  deprecate(
    integration: string,
    deprecation: NonNullable<DeprecateRequest['deprecation']>,
    options?: Scoped & { readonly version?: string },
  ): Promise<DeprecateResult>;
  undeprecate(integration: string, options?: Scoped & { readonly version?: string }): Promise<DeprecateResult>;
  /** What a version, or a document's text, changes of another, breaking changes first. */
  diff(integration: string, options?: Partial<Omit<DiffRequest, 'integration'>>): Promise<DiffResult>;
  /** The watched folder of the registry that answers, file by file. */
  folder(): Promise<FolderStateResult>;
}

export function integrationsOver(messaging: Messaging): IntegrationsAdmin {
  const install = (integration: string | null, installed: boolean | null, options: Scoped = {}) =>
    messaging.request(routes.installIntegration, {}, { integration, installed, ...options });
  return {
    pin: (integration, version, options) =>
      messaging.request(routes.pinIntegration, {}, { integration, version, ...options }),
    unpin: (integration, options) =>
      messaging.request(routes.pinIntegration, {}, { integration, version: null, ...options }),
    rollBack: (integration, options) => messaging.request(routes.rollBackIntegration, {}, { integration, ...options }),
    install: (integration, options) => install(integration, true, options),
    uninstall: (integration, options) => install(integration, false, options),
    forget: (integration, options) => install(integration, null, options),
    setDefault: (installed, options) => install(null, installed, options),
    choices: async (options) => (await messaging.request(routes.listChoices, {}, { ...options })).choices,
    deprecate: (integration, deprecation, options) =>
      messaging.request(routes.deprecateIntegration, {}, { integration, deprecation, ...options }),
    undeprecate: (integration, options) =>
      messaging.request(routes.deprecateIntegration, {}, { integration, deprecation: null, ...options }),
    diff: (integration, options) => messaging.request(routes.diffIntegration, {}, { integration, ...options }),
    folder: () => messaging.request(routes.folderState, {}, {}),
  };
}
