/** The tenants of every drill. */
export const machineTenants = ['acme', 'globex'] as const;
