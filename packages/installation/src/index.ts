export { type InstallationPlan, layOutInstallation } from './lay-out.ts';
export { provisionInstallation } from './provision.ts';
